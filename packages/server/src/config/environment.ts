import { readFileSync } from "node:fs";

/** The process environment, as far as it is ours. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A problem with the configuration, by the name of the setting or variable that has it. */
export interface ConfigProblem {
  readonly path: string;
  readonly message: string;
}

type Path = readonly (string | number)[];

const variables: Readonly<Record<string, Path>> = {
  DATABASE_URL: ["database", "url"],
  PORT: ["port"],
  HOLDFAST_ISSUER: ["issuer"],
  HOLDFAST_HOST: ["host"],
  HOLDFAST_TRUSTED_PROXIES: ["trustedProxies"],
  HOLDFAST_DATA: ["data"],
  HOLDFAST_SECRET: ["secret"],
  HOLDFAST_DATABASE_SCHEMA: ["database", "schema"],
  HOLDFAST_DATABASE_POOL_SIZE: ["database", "poolSize"],
  HOLDFAST_MANAGEMENT_PORT: ["management", "port"],
  HOLDFAST_MANAGEMENT_HOST: ["management", "host"],
  HOLDFAST_LOG_LEVEL: ["logs", "level"],
  HOLDFAST_ALLOW_SESSION_CREATE: ["allowSessionCreate"],
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
  const settings = structuredClone(file);
  const names = new Map<string, string>();
  const problems: ConfigProblem[] = [];

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

  function set(name: string, path: Path, value: unknown): void {
    assign(settings, path, value);
    names.set(path.join("."), name);
  }

  for (const [name, path] of Object.entries(variables)) {
    const value = read(name);
    if (value !== undefined) set(name, path, value);
  }
  const previous = read("HOLDFAST_SECRET_PREVIOUS");
  if (previous !== undefined) set("HOLDFAST_SECRET_PREVIOUS", ["previousSecrets"], previous.split(/[\s,]+/));

  for (const [prefix, list, fields] of [
    ["HOLDFAST_PROVIDER", "providers", { CLIENT_ID: "clientId", CLIENT_SECRET: "clientSecret" }],
    ["HOLDFAST_CLIENT", "clients", { SECRET: "secret" }],
  ] as const) {
    const entries = settings[list];
    if (!Array.isArray(entries)) continue;
    for (const [index, entry] of entries.entries()) {
      for (const [suffix, field] of Object.entries(fields)) {
        const name = `${prefix}_${variableName(entry?.id)}_${suffix}`;
        const value = read(name);
        if (value !== undefined) set(name, [list, index, field], value);
      }
    }
  }
  return { settings, names, problems: [...problems, ...unknownVariables(environment)] };
}

/** A misspelt variable would otherwise be ignored in silence. */
function unknownVariables(environment: Environment): ConfigProblem[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith("HOLDFAST_"))
    .map((name) => name.replace(/_FILE$/, ""))
    .filter(
      (name) =>
        !(name in variables) &&
        !otherVariables.includes(name) &&
        name !== "HOLDFAST_SECRET_PREVIOUS" &&
        !/^HOLDFAST_(PROVIDER|CLIENT)_/.test(name),
    )
    .map((name) => ({ path: name, message: "is not a setting of Holdfast" }));
}

function variableName(id: unknown): string {
  return String(id)
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, "_");
}

function assign(target: Record<string, unknown>, path: Path, value: unknown): void {
  let holder = target as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) {
    if (typeof holder[key] !== "object" || holder[key] === null) holder[key] = {};
    holder = holder[key] as Record<string | number, unknown>;
  }
  const last = path.at(-1);
  if (last !== undefined) holder[last] = value;
}
