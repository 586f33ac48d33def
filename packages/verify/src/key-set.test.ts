import { beforeAll, describe, expect, test } from "vitest";
import { createEventLog } from "../testing/event-log.ts";
import { createFakeFetch, hang, metadataPath } from "../testing/fake-fetch.ts";
import { createManualTime } from "../testing/manual-time.ts";
import { createSigner, goodClaims, type Signer, testAudience, testNow } from "../testing/signer.ts";
import { createFetchJson } from "./fetch-json.ts";
import { createKeySet } from "./key-set.ts";
import { type Refuse, TokenError } from "./token-error.ts";
import { createVerifier } from "./verifier.ts";

const issuer = "https://id.example.com";
const minute = 60_000;
const hour = 60 * minute;

let first: Signer;
let second: Signer;

beforeAll(async () => {
  [first, second] = await Promise.all([createSigner("key-1"), createSigner("key-2")]);
});

function setUp(maxAgeSeconds?: number) {
  const time = createManualTime(testNow);
  const keySet = (...signers: Signer[]) => {
    const headers = maxAgeSeconds === undefined ? {} : { "cache-control": `max-age=${maxAgeSeconds}` };
    return () => Response.json({ keys: signers.map(({ jwk }) => jwk) }, { headers });
  };
  const fake = createFakeFetch({
    [metadataPath]: { issuer, jwks_uri: `${issuer}/jwks` },
    "/jwks": keySet(first),
  });
  const log = createEventLog();
  const given = { issuer, audience: testAudience, fetch: fake.fetch, clock: time, timers: time };
  const verifier = log.of(createVerifier({ ...given, feed: "off" }));
  /** A token that is good now, whatever the time. */
  const token = (signer: Signer, kid?: string) => {
    const seconds = time.now() / 1000;
    return signer.sign({ ...goodClaims(issuer), iat: seconds, exp: seconds + 900 }, kid === undefined ? {} : { kid });
  };
  const verdict = async (signer: Signer, kid?: string): Promise<string> =>
    verifier.verify(await token(signer, kid)).then(
      () => "good",
      (error) => error.code,
    );
  /** Waits until every fetch of the keys, in the background too, has come to its end and was told. */
  const settle = async () => {
    do await new Promise((resolve) => setImmediate(resolve));
    while (log.events.filter(({ type }) => type.startsWith("keys_")).length < fake.count("/jwks"));
  };
  return {
    ...fake,
    settle,
    time,
    verifier,
    verdict,
    token,
    keySet,
    setKeys: (...signers: Signer[]) => fake.answer("/jwks", keySet(...signers)),
  };
}

describe("fetches", () => {
  test("nothing before it is needed", async () => {
    const { asked, verdict, settle } = setUp();
    await settle();
    expect(asked).toEqual([]);
    expect(await verdict(first)).toBe("good");
  });

  test("metadata and keys once for a hundred tokens at once", async () => {
    const { asked, verifier, token } = setUp();
    const tokens = await Promise.all(Array.from({ length: 100 }, () => token(first)));
    await Promise.all(tokens.map(verifier.verify));
    expect(asked).toEqual([metadataPath, "/jwks"]);
  });

  test("a new key when a token names it, without a refusal", async () => {
    const { verifier, verdict, token, setKeys, count } = setUp();
    expect(await verdict(first)).toBe("good");
    setKeys(first, second);
    const tokens = await Promise.all([token(second), token(second), token(first)]);
    await Promise.all(tokens.map(verifier.verify));
    expect(count("/jwks")).toBe(2);
  });

  test("at most twice a minute for a thousand invented keys", async () => {
    const { count, verdict, time } = setUp();
    expect(await verdict(first)).toBe("good");
    for (let index = 0; index < 1000; index += 1) {
      expect(await verdict(first, `invented-${index}`)).toBe("token_key_unknown");
      time.advance(60);
    }
    expect(count("/jwks") - 1).toBe(2);
  });

  test("once for a thousand invented keys at the same time", async () => {
    const { count, verdict } = setUp();
    await verdict(first);
    await Promise.all(Array.from({ length: 1000 }, (_, index) => verdict(first, `invented-${index}`)));
    expect(count("/jwks")).toBe(2);
  });

  test("nothing for tokens of another issuer", async () => {
    const { count, verifier } = setUp();
    await verifier.ready();
    const foreign = await first.sign({ ...goodClaims("https://other.example.com") }, { kid: "other" });
    await expect(verifier.verify(foreign)).rejects.toMatchObject({ code: "token_issuer_mismatch" });
    expect(count("/jwks")).toBe(1);
  });
});

describe("keeps the keys", () => {
  test.each([
    [undefined, 300],
    [120, 120],
    [0, 60],
    [5, 60],
    [86_400, 900],
  ])("of max-age %s for %i seconds, then fetches them in the background", async (maxAgeSeconds, keptSeconds) => {
    const { count, verdict, time, verifier, settle } = setUp(maxAgeSeconds);
    await verdict(first);
    time.advance(keptSeconds * 1000 - 1);
    await verdict(first);
    expect(count("/jwks")).toBe(1);
    expect(verifier.status().keys.state).toBe("fresh");
    time.advance(1);
    expect(verifier.status().keys.state).toBe("stale");
    expect(await verdict(first)).toBe("good");
    await settle();
    expect(count("/jwks")).toBe(2);
    expect(verifier.status().keys.state).toBe("fresh");
  });

  test("in use while a fetch hangs", async () => {
    const { answer, verdict, time } = setUp();
    await verdict(first);
    answer("/jwks", hang);
    time.advance(10 * minute);
    expect(await verdict(first)).toBe("good");
  });

  test("for 24 hours of an outage, and not longer", async () => {
    const { answer, verdict, time, settle } = setUp();
    await verdict(first);
    answer("/jwks", () => new Response(null, { status: 503 }));
    time.advance(24 * hour - 1);
    expect(await verdict(first)).toBe("good");
    await settle();
    time.advance(1);
    expect(await verdict(first)).toBe("keys_unavailable");
  });

  test.each<[string, () => Response | Promise<Response>]>([
    ["an empty set", () => Response.json({ keys: [] })],
    ["a set of nobody's keys", () => Response.json({ keys: [{ kty: "EC" }] })],
    ["something else", () => Response.json({ error: "maintenance" })],
    ["HTML", () => new Response("<h1>Welcome to the Wi-Fi</h1>")],
    ["a redirect", () => new Response(null, { status: 302, headers: { location: "https://evil.example.com/jwks" } })],
    ["a dead connection", () => Promise.reject(new TypeError("fetch failed"))],
  ])("when the issuer answers with %s, and says why in the status", async (_, broken) => {
    const { answer, verdict, verifier, time, settle } = setUp();
    await verdict(first);
    answer("/jwks", broken);
    time.advance(6 * minute);
    expect(await verdict(first)).toBe("good");
    await settle();
    expect(await verdict(first)).toBe("good");
    expect(verifier.status().keys).toMatchObject({ state: "stale", count: 1, lastError: expect.any(String) });
  });

  test("without a storm of requests during an outage, and catches up afterwards", async () => {
    const { answer, count, verdict, setKeys, time, settle } = setUp();
    await verdict(first);
    answer("/jwks", () => Promise.reject(new TypeError("fetch failed")));
    time.advance(6 * minute);
    for (let index = 0; index < 600; index += 1) {
      expect(await verdict(first)).toBe("good");
      time.advance(1000);
    }
    // Ten minutes: 1 + 2 + 4 + 8 + 16 s, then every 30 s.
    expect(count("/jwks") - 1).toBeLessThanOrEqual(25);
    setKeys(first, second);
    time.advance(30_000);
    await verdict(first);
    await settle();
    expect(await verdict(second)).toBe("good");
  });

  test("though the clock is set back, and fetches them anew", async () => {
    const { count, verdict, verifier, time, settle } = setUp();
    await verdict(first);
    time.set(testNow - 10 * hour);
    expect(await verdict(first)).toBe("good");
    await settle();
    expect(count("/jwks")).toBe(2);
    expect(verifier.status().keys.state).toBe("fresh");
  });
});

describe("fetches again when told that the keys have changed", () => {
  function setUpKeySet() {
    const clock = createManualTime(testNow);
    const fake = createFakeFetch({ "/jwks": { keys: [first.jwk] } });
    const none = { feedEndpoint: undefined, introspectionEndpoint: undefined, usageEndpoint: undefined };
    const discovery = { read: async () => ({ jwksUri: `${issuer}/jwks`, ...none }) };
    const refuse: Refuse = (code) => new TokenError(code, undefined, { issuer, realm: "api" });
    const fetchJson = createFetchJson({ fetch: fake.fetch, timers: clock });
    return { ...fake, clock, keys: createKeySet({ discovery, fetchJson, clock, emit: () => {}, refuse }) };
  }

  test("once more after a fetch under way, which may have been answered before the change", async () => {
    const { answer, count, keys } = setUpKeySet();
    const { promise: early, resolve } = Promise.withResolvers<Response>();
    answer("/jwks", () => {
      answer("/jwks", { keys: [second.jwk] });
      return early;
    });
    const prepared = keys.prepare();
    const reloaded = Promise.all([keys.reload(), keys.reload()]);
    resolve(Response.json({ keys: [first.jwk] }));
    await Promise.all([prepared, reloaded]);
    expect(count("/jwks")).toBe(2);
    expect(await keys.find({ alg: "ES256", kid: "key-2" })).toBeDefined();
    expect(await keys.find({ alg: "ES256", kid: "key-1" })).toBeUndefined();
  });

  test("and when that fails, again with a later token", async () => {
    const { answer, clock, count, keys } = setUpKeySet();
    await keys.prepare();
    answer("/jwks", () => new Response(null, { status: 503 }));
    await keys.reload();
    clock.advance(1_000);
    await keys.find({ alg: "ES256", kid: "key-1" });
    await new Promise((resolve) => setImmediate(resolve));
    expect(count("/jwks")).toBe(3);
  });
});

describe("without any keys", () => {
  test("answers 503 with Retry-After, never 401", async () => {
    const { answer, verifier, token } = setUp();
    answer("/jwks", () => new Response(null, { status: 500 }));
    const error = await verifier.verify(await token(first)).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: "keys_unavailable", status: 503, wwwAuthenticate: undefined });
    expect(error.headers).toMatchObject({ "retry-after": "1" });
  });

  test("asks again only after a pause, and then recovers", async () => {
    const { answer, count, verdict, setKeys, time } = setUp();
    answer("/jwks", () => new Response(null, { status: 500 }));
    for (let index = 0; index < 10; index += 1) expect(await verdict(first)).toBe("keys_unavailable");
    expect(count("/jwks")).toBe(1);
    setKeys(first);
    time.advance(1000);
    expect(await verdict(first)).toBe("good");
  });

  test("says so in ready()", async () => {
    const { answer, verifier } = setUp();
    answer(metadataPath, () => Promise.reject(new TypeError("fetch failed")));
    await expect(verifier.ready()).rejects.toMatchObject({ code: "keys_unavailable" });
    expect(verifier.status().keys).toMatchObject({ state: "none", count: 0, lastError: "fetch failed" });
  });
});

test.each<[string, (jwk: Signer["jwk"]) => object[]]>([
  ["two keys of the same kid", (jwk) => [jwk, { ...jwk }]],
  ["a key for encryption", (jwk) => [{ ...jwk, use: "enc" }]],
  ["a key of another algorithm", (jwk) => [{ ...jwk, alg: "ES384" }]],
  ["a key that is no point of its curve", (jwk) => [{ ...jwk, x: jwk.y, y: jwk.x }]],
  ["a key without its coordinates", ({ kty, crv, kid }) => [{ kty, crv, kid }]],
])("trusts no token by %s", async (_, keysOf) => {
  const { answer, verdict } = setUp();
  answer("/jwks", { keys: keysOf(first.jwk) });
  expect(await verdict(first)).toBe("token_key_unknown");
});
