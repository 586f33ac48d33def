import type { Clock } from "../clock/clock.ts";
import { type Outcome, parseRetryAfter, type Send } from "../deliveries/index.ts";
import { toForeignText } from "../http/foreign-text.ts";
import type { GuardedFetch, GuardedResponse } from "../http/guarded-fetch.ts";
import { OutboundError } from "../http/outbound-error.ts";
import type { SignSet } from "./set.ts";
import { parseSetError } from "./set-error.ts";

/** Where a stream's SETs go. */
export interface Target {
  readonly url: string;
  /** The `Authorization` header that the receiver wants to see; null for none. */
  readonly authorization: string | null;
}

/**
 * `gone`: there is no such stream, or its service may hear no more. `unwanted`: not of this, any more. `unreadable`: its
 * header cannot be opened.
 */
export type FindTarget = (streamId: string, body: string) => Promise<Target | "gone" | "unwanted" | "unreadable">;

export interface SenderDeps {
  readonly issuer: string;
  readonly clock: Clock;
  readonly fetch: GuardedFetch;
  readonly findTarget: FindTarget;
  readonly sign: SignSet;
}

const longestAnswer = 1_000;
// About us and not about the SET: once the receiver lets us in, it will take it.
const passingErrors = ["authentication_failed", "access_denied"];
const busyStatuses = [429, 502, 503, 504];

/** Why something that was queued is not told any more. */
export const unwanted = "the stream does not ask for it any more, or its service may not hear of it";

/** Pushes SETs (RFC 8935): the same `jti` in every attempt, signed anew for each. */
export function createSender({ issuer, clock, fetch, findTarget, sign }: SenderDeps): Send {
  return async ({ destinationId, body }, signal) => {
    const target = await findTarget(destinationId, body);
    if (target === "gone")
      return { ...unanswered("service_unknown", "the service may hear no more"), verdict: "give_up" };
    if (target === "unwanted") return { ...unanswered("unwanted", unwanted), verdict: "give_up" };
    if (target === "unreadable") return unanswered("secret_unreadable", "the authorization header cannot be read");
    try {
      const response = await fetch(target.url, {
        method: "POST",
        headers: {
          "content-type": "application/secevent+jwt",
          accept: "application/json",
          "user-agent": `Holdfast (${issuer})`,
          ...(target.authorization === null ? {} : { authorization: target.authorization }),
        },
        body: await sign(body),
        signal,
      });
      return toOutcome(response, clock.now());
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      return unanswered(error.failure, error.message);
    }
  };
}

/** Only 202 says that the receiver has it (RFC 8935, section 2.2): a page that answers 200 to anything has not. */
function toOutcome({ status, headers, body }: GuardedResponse, now: number): Outcome {
  const text = body.toString("utf8");
  const answer = toForeignText(text, longestAnswer) || null;
  if (status === 202) return { verdict: "accepted", name: "accepted", status, error: null, answer, retryAfterMs: null };
  const refusal = status === 400 ? parseSetError(text) : null;
  const isFinal = refusal !== null && !passingErrors.includes(refusal.err);
  return {
    verdict: isFinal ? "give_up" : busyStatuses.includes(status) ? "slow_down" : "retry",
    name: "refused",
    status,
    error: refusal?.text ?? `answered ${status}`,
    answer,
    retryAfterMs: parseRetryAfter(headers["retry-after"], now),
  };
}

function unanswered(name: string, error: string): Outcome {
  return { verdict: "retry", name, status: null, error, answer: null, retryAfterMs: null };
}
