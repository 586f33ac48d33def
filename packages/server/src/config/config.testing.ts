import { AppError } from "../http/app-error.ts";
import { type Config, type ParseConfigOptions, parseConfig } from "./config.ts";
import type { ConfigProblem } from "./environment.ts";

/** 44 characters of base64: 32 bytes. */
export const goodSecret = Buffer.alloc(32, 7).toString("base64");

export const client = {
  id: "app",
  audience: "https://api.example.com",
  signin: { success: "https://app.example.com/" },
};

export const provider = { id: "google", issuer: "https://accounts.google.com", clientId: "holdfast" };

/** What production needs at least. */
export const productionSettings = {
  issuer: "https://id.example.com",
  secret: goodSecret,
  providers: [provider],
  clients: [client],
};

/** Reads settings of any shape, as a file may hold them. */
export function read(settings: unknown, options: Partial<ParseConfigOptions> = {}): Config {
  const forgiving = options.mode === "production" ? {} : { developmentSecret: () => goodSecret };
  return parseConfig(settings as never, { mode: "development", ...forgiving, ...options });
}

/** The problems of a refused configuration; none when it is accepted. */
export function problemsOf(settings: unknown, options: Partial<ParseConfigOptions> = {}): readonly ConfigProblem[] {
  return refusalOf(settings, options)?.problems ?? [];
}

/** The paths only. */
export function pathsOf(settings: unknown, options: Partial<ParseConfigOptions> = {}): string[] {
  return problemsOf(settings, options).map(({ path }) => path);
}

export function refusalOf(settings: unknown, options: Partial<ParseConfigOptions> = {}): AppError | null {
  try {
    read(settings, options);
    return null;
  } catch (error) {
    if (error instanceof AppError && error.code === "config_invalid") return error;
    throw error;
  }
}
