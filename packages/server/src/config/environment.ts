import { readFileSync } from "node:fs";

/** The process environment, as far as it is ours. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A problem with the configuration, by the name of the setting or variable that has it. */
export interface ConfigProblem {
  readonly path: string;
  readonly message: string;
}

/** A place in the settings: `["clients", 0, "secret"]`. */
export type SettingPath = readonly (string | number)[];

const variables: Readonly<Record<string, SettingPath>> = {
  DATABASE_URL: ["database", "url"],
  PORT: ["port"],
  HOLDFAST_ISSUER: ["issuer"],
  HOLDFAST_HOST: ["host"],
  HOLDFAST_WORKERS: ["workers"],
  HOLDFAST_TRUSTED_PROXIES: ["trustedProxies"],
  HOLDFAST_DATA: ["data"],
  HOLDFAST_SECRET: ["secret"],
  HOLDFAST_DATABASE_SCHEMA: ["database", "schema"],
  HOLDFAST_DATABASE_POOL_SIZE: ["database", "poolSize"],
  HOLDFAST_MANAGEMENT_PORT: ["management", "port"],
  HOLDFAST_MANAGEMENT_HOST: ["management", "host"],
  HOLDFAST_LOG_LEVEL: ["logs", "level"],
  OTEL_EXPORTER_OTLP_ENDPOINT: ["metrics", "otlp", "endpoint"],
  HOLDFAST_ALLOW_SESSION_CREATE: ["allowSessionCreate"],
  HOLDFAST_NATS_URL: ["feed", "nats", "url"],
  HOLDFAST_NATS_USER: ["feed", "nats", "user"],
  HOLDFAST_NATS_PASSWORD: ["feed", "nats", "password"],
  HOLDFAST_NATS_TOKEN: ["feed", "nats", "token"],
  HOLDFAST_NATS_CREDENTIALS: ["feed", "nats", "credentials"],
};

/** Their values are not text. What does not look right is left as it is, for the schema to refuse. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  PORT: readNumber,
  HOLDFAST_WORKERS: readNumber,
  HOLDFAST_TRUSTED_PROXIES: readNumber,
  HOLDFAST_DATABASE_POOL_SIZE: readNumber,
  HOLDFAST_MANAGEMENT_PORT: readNumber,
  HOLDFAST_ALLOW_SESSION_CREATE: readBoolean,
};

/** Variables that speak to the tools around the server, not to the configuration. */
const otherVariables = ["HOLDFAST_CONFIG", "HOLDFAST_NODE"];

/** The names that the environment can set, for the reference. */
export const environmentVariables: readonly { readonly name: string; readonly setting: string }[] = [
  ...Object.entries(variables).map(([name, path]) => ({ name, setting: path.join(".") })),
  { name: "HOLDFAST_SECRET_PREVIOUS", setting: "previousSecrets" },
  { name: "HOLDFAST_PROVIDER_<ID>_CLIENT_ID", setting: "providers[].clientId" },
  { name: "HOLDFAST_PROVIDER_<ID>_CLIENT_SECRET", setting: "providers[].clientSecret" },
  { name: "HOLDFAST_CLIENT_<ID>_SECRET", setting: "clients[].secret" },
  { name: "HOLDFAST_SERVICE_<ID>_SECRET", setting: "services[].secret" },
];

export interface EnvironmentResult {
  readonly settings: Record<string, unknown>;
  /** Which variable set what: `"database.url"` → `"DATABASE_URL"`. */
  readonly names: ReadonlyMap<string, string>;
  readonly problems: readonly ConfigProblem[];
}

/**
 * Lays the environment over the file's settings. Every variable may also be given as `NAME_FILE`, the path of a file
 * that holds the value.
 */
export function applyEnvironment(file: Record<string, unknown>, environment: Environment): EnvironmentResult {
  const settings = copyPlain(file) as Record<string, unknown>;
  const names = new Map<string, string>();
  const problems: ConfigProblem[] = [];
  const known = new Set([...Object.keys(variables), ...otherVariables, "HOLDFAST_SECRET_PREVIOUS"]);

  function read(name: string): string | undefined {
    const inline = environment[name] || undefined;
    const path = environment[`${name}_FILE`];
    if (!path) return inline;
    if (inline !== undefined) {
      problems.push({ path: name, message: `is set, and so is ${name}_FILE; set one of the two` });
      return undefined;
    }
    try {
      return readFileSync(path, "utf8").trimEnd();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      problems.push({ path: `${name}_FILE`, message: `cannot be read: ${reason}` });
      return undefined;
    }
  }

  function set(name: string, path: SettingPath, value: unknown): void {
    assign(settings, path, value);
    names.set(path.join("."), name);
  }

  for (const [name, path] of Object.entries(variables)) {
    const value = read(name);
    if (value !== undefined) set(name, path, readers[name]?.(value) ?? value);
  }
  const previous = read("HOLDFAST_SECRET_PREVIOUS");
  if (previous !== undefined)
    set("HOLDFAST_SECRET_PREVIOUS", ["previousSecrets"], previous.split(/[\s,]+/).filter(Boolean));

  for (const [prefix, list, fields] of [
    ["HOLDFAST_PROVIDER", "providers", { CLIENT_ID: "clientId", CLIENT_SECRET: "clientSecret" }],
    ["HOLDFAST_CLIENT", "clients", { SECRET: "secret" }],
    ["HOLDFAST_SERVICE", "services", { SECRET: "secret" }],
  ] as const) {
    const entries = settings[list];
    if (!Array.isArray(entries)) continue;
    for (const [index, entry] of entries.entries()) {
      for (const [suffix, field] of Object.entries(fields)) {
        const name = `${prefix}_${variableName(entry?.id)}_${suffix}`;
        known.add(name);
        const value = read(name);
        if (value !== undefined) set(name, [list, index, field], value);
      }
    }
  }
  return { settings, names, problems: [...problems, ...unknownVariables(environment, known)] };
}

/** A misspelt variable would otherwise be ignored in silence. */
function unknownVariables(environment: Environment, known: ReadonlySet<string>): ConfigProblem[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith("HOLDFAST_") && !known.has(name.replace(/_FILE$/, "")))
    .map((name) => {
      const list = /^HOLDFAST_(PROVIDER|CLIENT|SERVICE)_/.exec(name)?.[1]?.toLowerCase();
      return { path: name, message: list ? `fits no ${list} of the configuration` : "is not a setting of Holdfast" };
    });
}

function readNumber(text: string): unknown {
  return /^\d{1,9}$/.test(text) ? Number(text) : text;
}

function readBoolean(text: string): unknown {
  return text === "true" ? true : text === "false" ? false : text;
}

/** Copies what JSON could hold, and keeps the rest for the schema to refuse by name. */
function copyPlain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyPlain);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copyPlain(each)]));
}

function variableName(id: unknown): string {
  return String(id)
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, "_");
}

function assign(target: Record<string, unknown>, path: SettingPath, value: unknown): void {
  let holder = target as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) {
    if (typeof holder[key] !== "object" || holder[key] === null) holder[key] = {};
    holder = holder[key] as Record<string | number, unknown>;
  }
  const last = path.at(-1);
  if (last !== undefined) holder[last] = value;
}
