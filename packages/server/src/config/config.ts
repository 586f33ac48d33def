import { availableParallelism } from "node:os";
import { z } from "zod";
import { applyEnvironment, type Environment } from "./environment.ts";
import type { Mode } from "./mode.ts";
import { invalidConfig, nameProblems, toPlacedProblems } from "./problems.ts";
import { checkRules } from "./rules.ts";
import { type ConfigInput, configSchema, type ParsedConfig } from "./schema.ts";
import { decodeSecret } from "./secret.ts";

/** The configuration of one instance: every default applied, every reference resolved. Durations are seconds. */
export interface Config extends Omit<ParsedConfig, "issuer" | "secret" | "previousSecrets" | "workers"> {
  readonly mode: Mode;
  readonly issuer: string;
  /** Whether the issuer is https: then cookies are Secure and carry the `__Host-` and `__Secure-` prefixes. */
  readonly secure: boolean;
  /** Processes that share the port. */
  readonly workers: number;
  /** The current secret first. */
  readonly secrets: readonly Uint8Array[];
}

export interface ParseConfigOptions {
  readonly mode: Mode;
  readonly environment?: Environment;
  /** Decided before the configuration was read, on the command line for example. */
  readonly settled?: { readonly port?: number; readonly data?: string };
  /** Used when the configuration has none; development only. */
  readonly developmentSecret?: () => string;
}

/**
 * Reads a configuration: what the command settled, over the environment, over the file's settings, over the defaults.
 *
 * @throws AppError `config_invalid`, with every problem by name
 */
export function parseConfig(
  input: ConfigInput,
  { mode, environment = {}, settled = {}, developmentSecret }: ParseConfigOptions,
): Config {
  if (!isSettings(input)) throw invalidConfig([{ path: "configuration", message: "is not an object with settings" }]);
  const { settings, names, problems } = applyEnvironment(input, environment);
  // With `reportInput` an issue can tell what is missing from what is wrong. The value itself goes nowhere.
  const parsed = configSchema.safeParse({ ...settings, ...settled }, { reportInput: true });
  const placed = parsed.success
    ? checkRules(parsed.data, { mode, hasDevelopmentSecret: developmentSecret !== undefined })
    : parsed.error.issues.flatMap(toPlacedProblems);
  const all = [...problems, ...nameProblems(placed, names)];
  if (all.length > 0 || !parsed.success) throw invalidConfig(all);

  const { secret, previousSecrets, issuer, workers, ...rest } = parsed.data;
  const current = secret ?? developmentSecret?.() ?? "";
  const address = issuer ?? `http://localhost:${rest.port}`;
  return {
    ...rest,
    mode,
    workers: mode === "development" ? 1 : workers === "auto" ? oneForEachProcessor() : workers,
    issuer: address,
    secure: address.startsWith("https:"),
    secrets: [current, ...previousSecrets].map(decodeSecret),
  };
}

/** Beyond a few it is the database that has no more to give, and every worker has connections to it. */
function oneForEachProcessor(): number {
  return Math.min(availableParallelism(), 4);
}

/** TypeScript checks a configuration only where its author lets it. */
function isSettings(input: unknown): input is Record<string, unknown> {
  return typeof input === "object" && input !== null && !Array.isArray(input);
}

/** The JSON Schema of a configuration file, for editors and the reference. */
export function configJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(configSchema, { io: "input", unrepresentable: "any" });
}
