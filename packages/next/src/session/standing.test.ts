import { TokenError, type TokenErrorCode } from "@holdfast/verify";
import { describe, expect, it } from "vitest";
import { issuer, sessionOf, startedAt } from "../../testing/test-holdfast.ts";
import type { HoldfastEvent } from "../settings/events.ts";
import { createServerClock } from "../wire/server-clock.ts";
import { createJudge } from "./standing.ts";

/** What is made of a token of some age, of which the verifier says this. */
async function judged(code: TokenErrorCode | null, ageMs: number) {
  const events: HoldfastEvent[] = [];
  const error = code && new TokenError(code, undefined, { issuer, realm: "api" });
  const judge = createJudge({
    verifier: { verify: () => (error ? Promise.reject(error) : Promise.resolve(sessionOf().claims)) },
    serverClock: createServerClock({ now: () => startedAt + ageMs }),
    emit: (event) => void events.push(event),
  });
  return { ...(await judge(sessionOf())), events: events.map(({ type }) => type) };
}

const minute = 60_000;

describe("a token", () => {
  it.each<[TokenErrorCode | null, number, "usable" | "unusable" | "revoked", boolean]>([
    [null, 0, "usable", false],
    [null, 12 * minute, "usable", true],
    [null, 15 * minute - 10_000, "unusable", true],
    [null, 99 * minute, "unusable", true],
    [null, -7 * minute, "usable", false],
    ["keys_unavailable", 5 * minute, "usable", false],
    ["feed_lost", 5 * minute, "usable", false],
    ["token_revoked", 0, "revoked", true],
    ["token_outdated", 0, "unusable", true],
    ["token_signature_invalid", 5 * minute, "unusable", true],
  ])("that the verifier calls %s, %i ms old, is %s", async (code, age, token, isDue) => {
    expect(await judged(code, age)).toEqual({ token, isDue, events: [] });
  });

  it("that is refused as soon as it was issued is not replaced over and over, but told of", async () => {
    expect(await judged("token_audience_mismatch", 1_000)).toEqual({
      token: "unusable",
      isDue: false,
      events: ["config_error"],
    });
  });
});
