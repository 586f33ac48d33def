/** Tokens seen before: that their signatures are not checked again, and that nothing else is taken on trust. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createEventLog, type EventLog } from "../testing/event-log.ts";
import { digestOf, type FakeIssuer, type FeedPeer, startFakeIssuer } from "../testing/fake-issuer.ts";
import { createManualTime, type ManualTime } from "../testing/manual-time.ts";
import { createSigner, goodClaims, testAudience, testNow, unsignedToken } from "../testing/signer.ts";
import type { VerifierOptions } from "./options.ts";
import { createVerifier, type Verifier } from "./verifier.ts";

const seconds = testNow / 1000;
const hour = 3_600_000;

let server: FakeIssuer;
let time: ManualTime;
let log: EventLog;
let verifier: Verifier;
let peer: FeedPeer;
const signatureChecks = vi.spyOn(crypto.subtle, "verify");

beforeEach(async () => {
  server = await startFakeIssuer();
  time = createManualTime(testNow);
  await start();
});

afterEach(async () => {
  verifier.close();
  await server.close();
});

/** Makes the verifier, and connects it to the feed. */
async function start(options: Partial<VerifierOptions> = {}): Promise<void> {
  verifier?.close();
  log = createEventLog();
  const given = { issuer: server.issuer, audience: testAudience, clock: time, timers: time };
  verifier = log.of(createVerifier({ ...given, ...options }));
  const ready = verifier.ready();
  if (options.feed !== "off") {
    peer = await server.nextPeer();
    peer.send({ event: "hello", data: { server_time_ms: time.now(), heartbeat_seconds: 5, horizon_seconds: 900 } });
    peer.send({ event: "tick", data: { server_time_ms: time.now() } });
  }
  await ready;
  await log.next("keys_fetched");
  signatureChecks.mockClear();
}

function sign(claims: object = {}): Promise<string> {
  return server.signer.sign({ ...goodClaims(server.issuer), ...claims });
}

/** A token that was found good already. */
async function seen(claims: object = {}): Promise<string> {
  const token = await sign(claims);
  await verifier.verify(token);
  signatureChecks.mockClear();
  return token;
}

/** As a new string, as it comes with each request. */
function verdict(token: string): Promise<string> {
  return verifier.verify(Buffer.from(token).toString()).then(
    () => "good",
    (error) => error.code,
  );
}

async function revoke(subject: "session" | "grant", id: string): Promise<void> {
  peer.send({ event: "revoked", data: { subject, digest: digestOf(id), at_ms: time.now() } });
  await log.next("revoked");
}

describe("a token seen before", () => {
  test("is good without another signature check, with the same claims", async () => {
    const token = await seen();
    const claims = await verifier.verify(token);
    expect(claims).toEqual({ ...goodClaims(server.issuer) });
    expect(await verifier.verify(Buffer.from(token).toString())).toBe(claims);
    expect(signatureChecks).not.toHaveBeenCalled();
  });

  test("has claims that no caller can change for the next", async () => {
    const claims = await verifier.verify(await sign({ plan: { seats: [1, { of: 2 }] } }));
    const { plan } = claims as unknown as { plan: { seats: [number, { of: number }] } };
    for (const change of [
      () => Object.assign(claims, { role: "admin" }),
      () => Object.assign(plan, { seats: [] }),
      () => plan.seats.push(3 as never),
      () => Object.assign(plan.seats[1], { of: 9 }),
    ]) {
      expect(change).toThrow(TypeError);
    }
  });

  test("is refused from the end of its time on", async () => {
    const token = await seen({ exp: seconds + 60 });
    time.set(testNow + 65_000 - 1);
    expect(await verdict(token)).toBe("good");
    time.set(testNow + 65_000);
    expect(await verdict(token)).toBe("token_expired");
    expect(signatureChecks).not.toHaveBeenCalled();
  });

  test.each([
    ["iat", 600_001],
    ["nbf", 5_001],
  ])("is refused when the clock is set back to long before its %s", async (name, backMs) => {
    const token = await seen({ iat: seconds - 60, [name]: seconds });
    time.set(testNow - backMs);
    expect(await verdict(token)).toBe("token_not_yet_valid");
    time.set(testNow);
    expect(await verdict(token)).toBe("good");
  });

  test.each(["session", "grant"] as const)("is refused once its %s is revoked", async (subject) => {
    const token = await seen({ sid: "session-7", grant_id: "grant-7" });
    await revoke(subject, `${subject}-8`);
    expect(await verdict(token)).toBe("good");
    await revoke(subject, `${subject}-7`);
    expect(await verdict(token)).toBe("token_revoked");
    expect(await verdict(token)).toBe("token_revoked");
    expect(signatureChecks).not.toHaveBeenCalled();
  });

  test("is refused when it was seen again between two revocations, of which the second is its own", async () => {
    const tokens = [
      await seen({ sid: "session-1" }),
      await seen({ sid: "session-2" }),
      await seen({ sid: "session-3" }),
    ];
    for (let revoked = 0; revoked <= 3; revoked += 1) {
      if (revoked > 0) await revoke("session", `session-${revoked}`);
      expect(await Promise.all(tokens.map(verdict))).toEqual(
        tokens.map((_, index) => (index < revoked ? "token_revoked" : "good")),
      );
    }
  });

  test("is good while the feed is lost", async () => {
    const token = await seen();
    peer.cut();
    await log.next("feed_lost");
    time.set(testNow + 60_000);
    expect(await verdict(token)).toBe("good");
  });

  test("is refused while the feed is lost where that was asked for", async () => {
    await start({ onFeedLost: { refuseAfterSeconds: 30 } });
    const token = await seen();
    peer.cut();
    await log.next("feed_lost");
    time.set(testNow + 29_999);
    expect(await verdict(token)).toBe("good");
    time.set(testNow + 30_000);
    expect(await verdict(token)).toBe("feed_lost");
    expect(signatureChecks).not.toHaveBeenCalled();
  });

  test("is good after close, unless it was revoked before", async () => {
    const [token, revoked] = [await seen(), await seen({ sid: "session-2" })];
    await revoke("session", "session-2");
    verifier.close();
    expect([await verdict(token), await verdict(revoked)]).toEqual(["good", "token_revoked"]);
  });
});

describe("when the keys change", () => {
  async function changeKeys(...signers: Parameters<FakeIssuer["setKeys"]>): Promise<void> {
    server.setKeys(...signers);
    peer.send({ event: "keys_changed", data: {} });
    await log.next("keys_fetched");
  }

  test("a token seen before is refused when its key is withdrawn", async () => {
    const token = await seen();
    await changeKeys(await createSigner("key-2"));
    expect(await verdict(token)).toBe("token_key_unknown");
  });

  test("a token seen before is refused when another key takes its key's name", async () => {
    const token = await seen();
    await changeKeys(await createSigner("key-1"));
    expect(await verdict(token)).toBe("token_signature_invalid");
  });

  test("a token seen before is checked anew when its key comes back", async () => {
    const token = await seen();
    await changeKeys(await createSigner("key-2"));
    expect(await verdict(token)).toBe("token_key_unknown");
    // The look for a key of that name.
    await log.next("keys_fetched");
    await changeKeys(server.signer);
    expect(await verdict(token)).toBe("good");
    expect(signatureChecks).toHaveBeenCalledTimes(1);
  });

  test("a key that stays keeps its tokens: a new one beside it costs no signature check", async () => {
    const token = await seen();
    await changeKeys(await createSigner("key-2"), server.signer);
    expect(await verdict(token)).toBe("good");
    expect(signatureChecks).not.toHaveBeenCalled();
  });

  test("it is noticed within the keys' time though only tokens seen before come, and without a feed", async () => {
    await start({ feed: "off" });
    const token = await seen({ exp: seconds + 3600 });
    server.setKeys(await createSigner("key-2"));
    time.set(testNow + 300_000);
    expect(await verdict(token)).toBe("good");
    await log.next("keys_fetched");
    expect(await verdict(token)).toBe("token_key_unknown");
  });

  test("a token seen before is not good on keys of the day before yesterday", async () => {
    await start({ feed: "off" });
    const token = await seen({ exp: seconds + 48 * 3600 });
    await server.close();
    time.set(testNow + 24 * hour - 1);
    expect(await verdict(token)).toBe("good");
    await log.next("keys_failed");
    time.set(testNow + 24 * hour);
    expect(await verdict(token)).toBe("keys_unavailable");
    server = await startFakeIssuer();
  });
});

describe("beside a token seen before", () => {
  test("every token that differs from it in one bit is refused", async () => {
    const token = await seen();
    let accepted = 0;
    for (let index = 0; index < token.length; index += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const character = String.fromCharCode(token.charCodeAt(index) ^ (1 << bit));
        if ((await verdict(token.slice(0, index) + character + token.slice(index + 1))) === "good") accepted += 1;
      }
    }
    expect(accepted).toBe(0);
    expect(await verdict(token)).toBe("good");
    expect(verifier.status().cachedTokens).toBe(1);
  });

  test.each([
    ["payload", { header: {}, claims: { role: "admin" } }],
    ["time", { header: {}, claims: { exp: seconds + 9_999_999 } }],
    ["header", { header: { jku: "https://evil.example.com" }, claims: {} }],
    ["type", { header: { typ: "JWT" }, claims: {} }],
    ["algorithm", { header: { alg: "none" }, claims: {} }],
  ])("one with its signature and another %s is refused", async (_, { header, claims }) => {
    const token = await seen();
    const own = { alg: "ES256", kid: "key-1", typ: "at+jwt" };
    const signature = token.slice(token.lastIndexOf(".") + 1);
    const altered = unsignedToken({ ...own, ...header }, { ...goodClaims(server.issuer), ...claims }, signature);
    expect(await verdict(altered)).not.toBe("good");
    expect(await verdict(token)).toBe("good");
  });

  test("one whose signature only ends alike is refused", async () => {
    const token = await seen();
    const end = token.slice(-30);
    const altered = token.slice(0, -86) + "A".repeat(56) + end;
    expect(await verdict(altered)).toBe("token_signature_invalid");
    expect(await verdict(token.slice(-16))).toBe("token_malformed");
    expect(await verdict(end)).toBe("token_malformed");
  });
});

describe("the cache", () => {
  test("holds no token that was refused, whatever for", async () => {
    await revoke("session", "session-2");
    const stranger = await createSigner("key-1");
    const refused = [
      await stranger.sign(goodClaims(server.issuer)),
      await sign({ exp: seconds - 60 }),
      await sign({ iat: seconds + 660 }),
      await sign({ aud: "https://other.example.com" }),
      await sign({ sid: "session-2" }),
      await sign({ sub: "" }),
    ];
    for (let time = 0; time < 2; time += 1) expect(await Promise.all(refused.map(verdict))).not.toContain("good");
    expect(verifier.status().cachedTokens).toBe(0);
    expect(signatureChecks).toHaveBeenCalledTimes(2 * refused.length);
  });

  test("stays within its bounds under a flood, and whom it forgot is verified again", async () => {
    await start({ cache: { maxEntries: 10 } });
    const tokens = await Promise.all(Array.from({ length: 60 }, (_, index) => sign({ jti: `token-${index}` })));
    for (const token of tokens) {
      expect(await verdict(token)).toBe("good");
      expect(verifier.status().cachedTokens).toBeLessThanOrEqual(10);
    }
    signatureChecks.mockClear();
    expect(await verdict(tokens[0] as string)).toBe("good");
    expect(signatureChecks).toHaveBeenCalledTimes(1);
    await revoke("session", "session-1");
    expect(new Set(await Promise.all(tokens.map(verdict)))).toEqual(new Set(["token_revoked"]));
  });

  test("can be done without", async () => {
    await start({ cache: false });
    const token = await seen();
    expect(await verdict(token)).toBe("good");
    expect(signatureChecks).toHaveBeenCalledTimes(1);
    expect(verifier.status()).toMatchObject({ cachedTokens: 0, tokens: { verified: 2, cached: 0 } });
  });
});

describe("those who ask about one token at the same time", () => {
  test("share one signature check", async () => {
    const token = await sign();
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => verdict(token)));
    expect(new Set(verdicts)).toEqual(new Set(["good"]));
    expect(signatureChecks).toHaveBeenCalledTimes(1);
    expect(verifier.status().tokens).toEqual({ verified: 50, cached: 0, refused: {} });
  });

  test("share it when it fails too, but each refusal has an id of its own", async () => {
    const token = await (await createSigner("key-1")).sign(goodClaims(server.issuer));
    const ask = () => verifier.verify(token).catch((error) => error);
    const errors = await Promise.all(Array.from({ length: 50 }, ask));
    expect(new Set(errors.map(({ code }) => code))).toEqual(new Set(["token_signature_invalid"]));
    expect(new Set(errors.map(({ requestId }) => requestId)).size).toBe(50);
    expect(signatureChecks).toHaveBeenCalledTimes(1);
    expect(verifier.status().tokens).toEqual({ verified: 0, cached: 0, refused: { token_signature_invalid: 50 } });
    await ask();
    expect(signatureChecks).toHaveBeenCalledTimes(2);
  });
});

test("counts the tokens that were verified, known and refused, by code", async () => {
  const token = await seen();
  await verdict(token);
  await verdict(token);
  await verdict("");
  await verdict("words");
  await verdict("more words");
  const request = new Request(server.issuer, { headers: { authorization: `Bearer ${token}` } });
  await verifier.authenticate(request, { scope: "invoices:write" }).catch(() => {});
  expect(verifier.status().tokens).toEqual({
    verified: 1,
    cached: 3,
    refused: { token_missing: 1, token_malformed: 2, insufficient_scope: 1 },
  });
});
