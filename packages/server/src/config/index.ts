/**
 * Configuration: one file and the environment, one schema, read once at the edge. Everything else receives a `Config`
 * and never looks at the environment.
 */
export type { Config, ParseConfigOptions } from "./config.ts";
export { configJsonSchema, parseConfig } from "./config.ts";
export { formatDuration } from "./duration.ts";
export type { ConfigProblem, Environment } from "./environment.ts";
export { applyEnvironment, environmentVariables } from "./environment.ts";
export type { ConfigContext, ConfigFile, ConfigSource } from "./file.ts";
export { defineConfig, loadConfigFile } from "./file.ts";
export type { Mode } from "./mode.ts";
export type { ClientConfig, ConfigInput, ProviderConfig, ServiceConfig, TokenLifetimes } from "./schema.ts";
export type { ConfigWarning, WarningCode } from "./warnings.ts";
export { findWarnings } from "./warnings.ts";
