import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createOddInstance, type OddInstance, sendJson, trySignIn } from "./odd-provider.testing.ts";

let odd: OddInstance;
beforeAll(async () => {
  odd = await createOddInstance();
});
afterAll(() => odd.close());

// A minute later, whatever was fetched is no longer fresh.
beforeEach(() => odd.instance.clock.advance(60_000));

const ahead = () => Math.round((odd.instance.clock.now() - Date.now()) / 1000);

describe("a provider's keys", () => {
  it("are asked for once, however many people sign in", async () => {
    for (let i = 0; i < 5; i++) expect((await trySignIn(odd, { secondsAhead: ahead() })).result).toBe("signed in");
    odd.provider.behave({ secondsAhead: ahead() });
    for (let i = 0; i < 5; i++)
      await odd.instance.browser().open(`${odd.instance.issuer}/signin`, "http://localhost:5999");
    expect(odd.provider.asked("/token")).toBe(5);
    expect(odd.provider.asked("/jwks")).toBe(0);
  });

  it("are asked for twice a minute at most, however many unknown ones tokens name (N7)", async () => {
    let signed = 0;
    odd.provider.behave({
      secondsAhead: ahead(),
      header: {
        get kid() {
          return `unknown-${signed++}`;
        },
      },
    });
    const signin = () => odd.instance.browser().open(`${odd.instance.issuer}/signin`, "http://localhost:5999");
    for (let i = 0; i < 10; i++) await signin();
    await Promise.all(Array.from({ length: 20 }, signin));
    expect(odd.provider.asked("/token")).toBe(30);
    expect(signed).toBe(30);
    expect(odd.provider.asked("/jwks")).toBe(1);
    odd.instance.clock.advance(31_000);
    await Promise.all(Array.from({ length: 10 }, signin));
    expect(odd.provider.asked("/jwks")).toBe(2);
  });

  it("are used on while the provider cannot serve them", async () => {
    expect((await trySignIn(odd, { secondsAhead: ahead() })).result).toBe("signed in");
    odd.instance.clock.advance(60_000);
    const { result } = await trySignIn(odd, {
      secondsAhead: ahead(),
      takeOver: { "/jwks": (_request, response) => sendJson(response, 503, {}) },
    });
    expect(result).toBe("signed in");
    expect(odd.provider.asked("/jwks")).toBe(1);
  });

  it.each([
    ["are not there", "provider_unavailable", 500, {}],
    ["are not found", "provider_response_invalid", 404, {}],
    ["are not a key set", "provider_response_invalid", 200, { keys: "none" }],
    ["are none", "provider_token_invalid", 200, { keys: [] }],
    ["are shared secrets", "provider_token_invalid", 200, { keys: [{ kty: "oct", k: "c2VjcmV0", kid: "odd-1" }] }],
  ])("refuse a token where they %s: %s", async (_what, code, status, body) => {
    const fresh = await createOddInstance();
    const { result } = await trySignIn(fresh, {
      takeOver: { "/jwks": (_request, response) => sendJson(response, status, body) },
    });
    expect(result).toBe(code);
    await fresh.close();
  });
});
