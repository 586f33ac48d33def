import type { Clock } from "../clock/clock.ts";
import { toNumericDate } from "../clock/clock.ts";
import { type DueDelivery, type Outcome, parseRetryAfter, type Send, type Verdict } from "../deliveries/index.ts";
import { toForeignText } from "../http/foreign-text.ts";
import type { GuardedFetch, GuardedResponse } from "../http/guarded-fetch.ts";
import { OutboundError } from "../http/outbound-error.ts";
import { type SigningSecret, signMessage } from "./signature.ts";

/** Where a message goes, and what signs it. */
export interface Target {
  readonly url: string;
  readonly secrets: readonly SigningSecret[];
}

export interface SenderDeps {
  readonly issuer: string;
  readonly clock: Clock;
  readonly fetch: GuardedFetch;
  /** Null where there is no such endpoint, or no secret of it can be read. */
  readonly findTarget: (endpointId: string) => Promise<Target | null>;
}

// As much of an answer as helps to see what is wrong over there.
const longestAnswer = 1_000;

/** Sends messages as Standard Webhooks 1.0.0 has it: signed anew for each attempt, with an id that stays. */
export function createSender({ issuer, clock, fetch, findTarget }: SenderDeps): Send {
  return async (delivery, signal) => {
    const target = await findTarget(delivery.destinationId);
    if (!target) return unanswered("secret_unreadable", "no secret of the endpoint can be read");
    try {
      const response = await fetch(target.url, {
        method: "POST",
        headers: { ...headersOf(delivery, target), "user-agent": `Holdfast (${issuer})` },
        body: delivery.body,
        signal,
      });
      return toOutcome(response, clock.now());
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      return unanswered(error.failure, error.message);
    }
  };

  function headersOf({ messageId, body }: DueDelivery, { secrets }: Target): Record<string, string> {
    const timestamp = toNumericDate(clock.now());
    return {
      "content-type": "application/json",
      "webhook-id": messageId,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": signMessage({ id: messageId, timestamp, body }, secrets),
    };
  }
}

/** Only 2xx is a success; a redirect is none, and is not followed. */
function verdictOf(status: number): Verdict {
  if (status >= 200 && status < 300) return "accepted";
  if (status === 410) return "gone";
  return [429, 502, 504].includes(status) ? "slow_down" : "retry";
}

function toOutcome({ status, headers, body }: GuardedResponse, now: number): Outcome {
  const verdict = verdictOf(status);
  const isAccepted = verdict === "accepted";
  return {
    verdict,
    name: isAccepted ? "delivered" : "refused",
    status,
    error: isAccepted ? null : `answered ${status}`,
    answer: toText(body),
    retryAfterMs: isAccepted ? null : parseRetryAfter(headers["retry-after"], now),
  };
}

function unanswered(name: string, error: string): Outcome {
  return { verdict: "retry", name, status: null, error, answer: null, retryAfterMs: null };
}

function toText(body: Buffer): string | null {
  return toForeignText(body.toString("utf8"), longestAnswer) || null;
}
