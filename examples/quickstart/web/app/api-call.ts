import { AuthError } from "@holdfast/client";
import type { Exchange, ExchangeAnswer, Wire } from "./wire.ts";

/** One call to the API, as it went over the wire. */
export type CallOutcome =
  | {
      readonly type: "answered";
      readonly exchange: Exchange & { readonly answer: ExchangeAnswer };
      /** Where it is JSON; else null. */
      readonly body: unknown;
      /** The first try was refused, and this is the second, with a new token. */
      readonly isRetried: boolean;
    }
  | { readonly type: "unreachable" | "no_token" };

/** Makes the call, and answers with what it came to. Never rejects. */
export async function observeCall(wire: Wire, call: () => Promise<Response>): Promise<CallOutcome> {
  const before = wire.exchanges.get().at(-1)?.id ?? 0;
  try {
    const response = await call();
    const body: unknown = await response.json().catch(() => null);
    const made = wire.exchanges.get().filter(({ id, url }) => id > before && url === response.url);
    const exchange = made.at(-1);
    if (exchange === undefined || typeof exchange.answer === "string") return { type: "unreachable" };
    return { type: "answered", exchange: { ...exchange, answer: exchange.answer }, body, isRetried: made.length > 1 };
  } catch (error) {
    return { type: error instanceof AuthError ? "no_token" : "unreachable" };
  }
}

export const sayOutcome = (outcome: CallOutcome): string =>
  outcome.type === "answered" ? `The API answered ${outcome.exchange.answer.status}.` : "The API did not answer.";
