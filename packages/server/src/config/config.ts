import { z } from "zod";
import { AppError } from "../http/app-error.ts";
import { applyEnvironment, type ConfigProblem, type Environment } from "./environment.ts";
import { type ConfigInput, configSchema, type ParsedConfig } from "./schema.ts";

/** `development` forgives and warns; `production` refuses what is not safe. */
export type Mode = "development" | "production";

/** The configuration of one instance: every default applied, every reference resolved. Durations are seconds. */
export interface Config extends Omit<ParsedConfig, "issuer" | "secret" | "previousSecrets"> {
  readonly mode: Mode;
  readonly issuer: string;
  /** Whether the issuer is https: then cookies are Secure and carry the `__Host-` and `__Secure-` prefixes. */
  readonly secure: boolean;
  /** The current secret first. */
  readonly secrets: readonly Uint8Array[];
}

export interface ParseConfigOptions {
  readonly mode: Mode;
  readonly environment?: Environment;
  /** Used when the configuration has none; development only. */
  readonly developmentSecret?: () => string;
}

/**
 * Reads a configuration: the file's settings, the environment over them, the defaults below.
 *
 * @throws AppError `config_invalid`, with every problem by name
 */
export function parseConfig(
  input: ConfigInput,
  { mode, environment = {}, developmentSecret }: ParseConfigOptions,
): Config {
  const { settings, names, problems } = applyEnvironment(input as Record<string, unknown>, environment);
  const parsed = configSchema.safeParse(settings);
  const shapeProblems = parsed.success ? [] : parsed.error.issues.flatMap((issue) => toProblems(issue, names));
  const ruleProblems = parsed.success ? checkRules(parsed.data, mode, developmentSecret !== undefined) : [];
  const all = [...problems, ...shapeProblems, ...ruleProblems];
  if (all.length > 0 || !parsed.success) throw invalidConfig(all);

  const { secret, previousSecrets, issuer, ...rest } = parsed.data;
  const current = secret ?? developmentSecret?.() ?? "";
  const address = issuer ?? `http://localhost:${rest.port}`;
  return {
    ...rest,
    mode,
    issuer: address,
    secure: address.startsWith("https:"),
    secrets: [current, ...previousSecrets].map(decodeSecret),
  };
}

function invalidConfig(problems: readonly ConfigProblem[]): AppError {
  const lines = problems.map(({ path, message }) => `  ${path}: ${message}`);
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return new AppError("config_invalid", `The configuration has ${count}:\n${lines.join("\n")}`, { problems });
}

/** What one field's schema cannot say. */
function checkRules(config: ParsedConfig, mode: Mode, hasDevelopmentSecret: boolean): ConfigProblem[] {
  return [
    ...checkSecrets(config, hasDevelopmentSecret),
    ...checkReferences(config),
    ...checkClients(config, mode),
  ].concat(mode === "production" ? checkProduction(config) : []);
}

function checkSecrets({ secret, previousSecrets }: ParsedConfig, hasDevelopmentSecret: boolean): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (secret === undefined && !hasDevelopmentSecret) {
    problems.push({
      path: "secret",
      message: "is missing; set HOLDFAST_SECRET, for example to the output of `openssl rand -base64 32`",
    });
  }
  for (const [path, value] of [
    ["secret", secret],
    ...previousSecrets.map((each, i) => [`previousSecrets[${i}]`, each]),
  ]) {
    if (path !== undefined && value !== undefined && decodeSecret(value).length < 32) {
      problems.push({ path, message: "holds fewer than 32 bytes" });
    }
  }
  return problems;
}

function checkReferences({ providers, clients, signin }: ParsedConfig): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const [name, list] of Object.entries({ providers, clients })) {
    const ids = list.map(({ id }) => id);
    for (const [index, id] of ids.entries()) {
      if (ids.indexOf(id) < index) problems.push({ path: `${name}[${index}].id`, message: `"${id}" is used twice` });
    }
  }
  const { defaultProvider } = signin;
  if (defaultProvider !== undefined && !providers.some(({ id }) => id === defaultProvider)) {
    problems.push({ path: "signin.defaultProvider", message: `"${defaultProvider}" is not among the providers` });
  }
  return problems;
}

function checkClients({ clients }: ParsedConfig, mode: Mode): ConfigProblem[] {
  return clients.flatMap((client, index) => {
    const at = `clients[${index}]`;
    const problems: ConfigProblem[] = [];
    if (client.type === "confidential" && client.secret === undefined) {
      problems.push({ path: `${at}.secret`, message: "is missing; a confidential client has one" });
    }
    if (client.type === "public" && client.secret !== undefined) {
      problems.push({ path: `${at}.secret`, message: "is set, but a public client cannot keep a secret" });
    }
    if (client.type === "public" && !client.rotate) {
      problems.push({ path: `${at}.rotate`, message: "is false; a public client's refresh token must rotate" });
    }
    for (const [name, address] of [
      ["signin.success", client.signin.success],
      ["signin.failed", client.signin.failed],
      ["signout.success", client.signout.success],
    ] as const) {
      if (mode === "production" && address?.startsWith("http:") && !isLoopback(address)) {
        problems.push({ path: `${at}.${name}`, message: "is http; outside this machine it must be https" });
      }
    }
    return problems;
  });
}

function checkProduction({ issuer, providers }: ParsedConfig): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (issuer === undefined) {
    problems.push({ path: "issuer", message: "is missing; set HOLDFAST_ISSUER to the public https address" });
  } else if (issuer.startsWith("http:") && !isLoopback(issuer)) {
    problems.push({ path: "issuer", message: "is http; outside this machine it must be https" });
  }
  if (providers.length === 0) {
    problems.push({ path: "providers", message: "is empty; people need a provider to sign in with" });
  }
  return problems;
}

function isLoopback(address: string): boolean {
  const { hostname } = new URL(address);
  return hostname === "localhost" || hostname === "127.0.0.1" || hostname === "[::1]";
}

/** A secret is base64 where it looks like it, and its own bytes otherwise. */
function decodeSecret(text: string): Uint8Array {
  const decoded = /^[A-Za-z0-9+/_-]{43,}={0,2}$/.test(text) ? Buffer.from(text, "base64url") : null;
  return decoded && decoded.length >= 32 ? decoded : Buffer.from(text, "utf8");
}

function toProblems(issue: z.core.$ZodIssue, names: ReadonlyMap<string, string>): ConfigProblem[] {
  const path = formatPath(issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: path ? `${path}.${key}` : key, message: "is not a setting of Holdfast" }));
  }
  const variable = names.get(issue.path.join("."));
  return [{ path: variable ?? (path || "configuration"), message: describe(issue) }];
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type" && issue.input === undefined) return "is missing";
  return issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
}

function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
}

/** The JSON Schema of a configuration file, for editors and the reference. */
export function configJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" });
}
