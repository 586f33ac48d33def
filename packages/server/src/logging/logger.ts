import { type DestinationStream, type Logger, pino } from "pino";

export type { Logger };

export interface LoggerOptions {
  readonly level: string;
  /** Where lines go; default: standard output. */
  readonly destination?: DestinationStream;
}

// Beside the rule that nobody logs them, whatever has one of these names never reaches the log.
const secretNames = [
  "access_token",
  "refresh_token",
  "id_token",
  "code_verifier",
  "client_secret",
  "secret",
  "password",
  "authorization",
  "cookie",
];

export function createLogger({ level, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: { service: "holdfast" },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`]), censor: "[secret]" },
    serializers: { err: serializeError },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** An error without the fields that libraries hang on it: those may hold whole requests, with their secrets. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = "code" in error ? error.code : undefined;
  return {
    type: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: serializeError(error.cause) }),
  };
}
