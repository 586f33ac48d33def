import { createVerifier, TokenError } from "@holdfast/verify";
import type { Milliseconds } from "../../../packages/client/src/env.ts";
import type { TestInstance } from "../../../packages/server/src/testing/instance.ts";

/** How an API of these worlds looks at a token: by the real verifier, at a moment of the API's own clock. */
export function createEngineVerify({ holdfast }: TestInstance, audience: string) {
  let now = 0;
  const verifier = createVerifier({
    issuer: holdfast.issuer,
    audience,
    // It would follow in real time; that sessions are over the API learns otherwise.
    feed: "off",
    fetch: async (url, init) => holdfast.fetch(new Request(url, init)),
    clock: { now: () => now },
  });
  return async (token: string, at: Milliseconds): Promise<boolean> => {
    now = at;
    try {
      await verifier.verify(token);
      return true;
    } catch (error) {
      if (error instanceof TokenError && error.status === 401) return false;
      throw error;
    }
  };
}
