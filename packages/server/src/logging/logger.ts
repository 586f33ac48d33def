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
    serializers: { err: (error: unknown) => serializeError(error) },
  };
  return destination ? pino(options, destination) : pino(options);
}

const maximumCauses = 8;

/**
 * An error without what libraries hang on it: their fields and causes may hold whole requests and answers, with their
 * tokens. Of a cause that is no error, only the name of the claim or attribute it was about is kept.
 */
function serializeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return describeDetail(error);
  const code = "code" in error ? error.code : undefined;
  const message = plainMessage(error);
  return {
    type: error.name,
    message,
    ...(code === undefined ? {} : { code }),
    stack: error.stack?.replace(error.message, () => message),
    ...(error.cause === undefined || depth >= maximumCauses ? {} : { cause: serializeError(error.cause, depth + 1) }),
  };
}

function describeDetail(detail: unknown): unknown {
  if (typeof detail !== "object" || detail === null) return { type: typeof detail };
  const named = Object.entries(detail).filter(([name]) => name === "claim" || name === "attribute");
  return named.length > 0 ? Object.fromEntries(named) : { type: detail.constructor?.name ?? "object" };
}

/** V8 quotes, in a SyntaxError of JSON.parse, the text around the place: that may be a token. */
function plainMessage(error: Error): string {
  return error instanceof SyntaxError ? error.message.replace(/".*"/s, '"…"') : error.message;
}
