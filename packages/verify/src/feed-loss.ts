import type { FeedLostReason } from "./feed-state.ts";
import { HttpStatusError } from "./fetch-json.ts";

/** Why a connection to the feed ended, and what follows from that. */
export interface FeedLoss {
  readonly reason: FeedLostReason;
  readonly error: Error;
  /** How long to leave the server alone, in milliseconds; undefined when it does not say. */
  readonly leastMs: number | undefined;
}

/** To an issuer that does not want us: somebody must change a setting first. */
const unauthorizedRetryMs = 30_000;

/** @param cause what was thrown */
export function explainLoss(cause: unknown): FeedLoss {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  if (!(error instanceof HttpStatusError)) return { reason: "unreachable", error, leastMs: undefined };
  const { status, retryAfterSeconds = 0 } = error;
  if (status !== 401 && status !== 403) return { reason: "unreachable", error, leastMs: retryAfterSeconds * 1000 };
  const message = `${error.message}: the issuer does not let this service follow; see \`credentials\``;
  return { reason: "unauthorized", error: new Error(message, { cause }), leastMs: unauthorizedRetryMs };
}
