/**
 * Holdfast as a library: an identity provider is a value.
 *
 * @packageDocumentation
 */
export type { Clock, ManualClock } from "./clock/clock.ts";
export { createManualClock, systemClock } from "./clock/clock.ts";
export type {
  Config,
  ConfigContext,
  ConfigInput,
  ConfigProblem,
  ConfigSource,
  ConfigWarning,
  Mode,
  WarningCode,
} from "./config/index.ts";
export {
  configJsonSchema,
  defineConfig,
  environmentVariables,
  findWarnings,
  loadConfigFile,
  parseConfig,
} from "./config/index.ts";
export type { PublicEvent } from "./events/index.ts";
export { eventCatalogue } from "./events/index.ts";
export type { Holdfast, HoldfastOptions } from "./holdfast.ts";
export { createHoldfast } from "./holdfast.ts";
export { AppError } from "./http/app-error.ts";
export type { Listener, ListenOptions } from "./http/listen.ts";
export { listen } from "./http/listen.ts";
export type { DatabaseConnection } from "./storage/database.ts";
export type { EmbeddedPostgres, EmbeddedPostgresOptions } from "./storage/embedded/index.ts";
export { startEmbeddedPostgres } from "./storage/embedded/index.ts";
