import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { AppError } from "../http/app-error.ts";
import type { Mode } from "./mode.ts";
import type { ConfigInput } from "./schema.ts";

/** What a configuration that is a function is told. */
export interface ConfigContext {
  readonly mode: Mode;
  /** The port Holdfast will listen on. */
  readonly port: number;
  /**
   * A free port for something that runs beside Holdfast in development. The same name gives the same port.
   *
   * @param name `"example"`, say
   */
  readonly companionPort: (name: string) => number;
}

export type ConfigSource = ConfigInput | ((context: ConfigContext) => ConfigInput | Promise<ConfigInput>);

/**
 * Gives `holdfast.config.ts` its types.
 *
 * @example
 * export default defineConfig({
 *   issuer: "https://id.example.com",
 *   providers: [{ id: "google", issuer: "https://accounts.google.com", clientId: "…" }],
 *   clients: [{ id: "app", audience: "https://api.example.com", signin: { success: "https://app.example.com" } }],
 * });
 */
export function defineConfig(source: ConfigSource): ConfigSource {
  return source;
}

const fileNames = ["holdfast.config.ts", "holdfast.config.js", "holdfast.config.mjs", "holdfast.config.json"];

export interface ConfigFile {
  /** Null when there is none, and defaults hold. */
  readonly path: string | null;
  readonly source: ConfigSource;
}

/**
 * Finds and loads the configuration file: the one named, or the first of `holdfast.config.{ts,js,mjs,json}` in the
 * directory.
 *
 * @throws AppError `config_missing`, `config_invalid`
 */
export async function loadConfigFile(directory: string, named?: string): Promise<ConfigFile> {
  const path = named
    ? resolve(directory, named)
    : fileNames.map((name) => resolve(directory, name)).find((candidate) => existsSync(candidate));
  if (path === undefined) return { path: null, source: {} };
  if (!existsSync(path)) throw new AppError("config_missing", `There is no configuration file at ${path}.`);
  return { path, source: path.endsWith(".json") ? readJson(path) : await importSource(path) };
}

function readJson(path: string): ConfigInput {
  const text = readText(path);
  try {
    const settings = JSON.parse(text);
    // An editor's "$schema" is welcome and says nothing to us.
    if (typeof settings === "object" && settings !== null) delete settings.$schema;
    return settings;
  } catch (cause) {
    throw new AppError("config_invalid", `${path} is not JSON: ${describeSyntaxError(text, cause)}`, { cause });
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError("config_missing", `${path} cannot be read: ${reason}`, { cause });
  }
}

/** V8 quotes the text around some mistakes, which may hold a secret: the line says as much. */
function describeSyntaxError(text: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [, reason, snippet] = /^(.+?), (?:\.\.\.)?"(.*)"(?:\.\.\.)? is not valid JSON$/s.exec(message) ?? [];
  if (reason === undefined || snippet === undefined) return message;
  // The mistake stands in the middle of what is quoted, up to ten characters from its start.
  const place = text.indexOf(snippet) + Math.min(10, snippet.length);
  return `${reason} near line ${text.slice(0, place).split("\n").length}`;
}

async function importSource(path: string): Promise<ConfigSource> {
  try {
    const module = await import(pathToFileURL(path).href);
    if (typeof module.default === "function" || typeof module.default === "object") return module.default;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError("config_invalid", `${path} cannot be loaded: ${reason}`, { cause });
  }
  throw new AppError("config_invalid", `${path} has no default export; write \`export default defineConfig({ … })\`.`);
}
