import type { FeedHello } from "@holdfast/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createEventLog, type EventLog } from "../testing/event-log.ts";
import { digestOf, type FakeIssuer, type FeedPeer, startFakeIssuer } from "../testing/fake-issuer.ts";
import { createManualTime, type ManualTime } from "../testing/manual-time.ts";
import { createSigner, goodClaims, testAudience, testNow } from "../testing/signer.ts";
import type { VerifierOptions } from "./options.ts";
import { createVerifier, type Verifier } from "./verifier.ts";

const hello: FeedHello = { server_time_ms: testNow + 250, heartbeat_seconds: 5, horizon_seconds: 900 };

let server: FakeIssuer;
let time: ManualTime;
let log: EventLog;
let verifier: Verifier;

beforeEach(async () => {
  server = await startFakeIssuer();
  time = createManualTime(testNow);
  log = createEventLog();
  verifier = log.of(createVerifier(options()));
});

afterEach(async () => {
  verifier.close();
  await server.close();
});

function options(): VerifierOptions {
  return { issuer: server.issuer, audience: testAudience, clock: time, timers: time };
}

function revoke(peer: FeedPeer, subject: "session" | "grant", id: string, cursor: string): void {
  peer.send({ event: "revoked", data: { subject, digest: digestOf(id), at_ms: time.now() } }, cursor);
}

/** The server says hello, and that there is no more to tell. */
function greet(peer: FeedPeer): void {
  peer.send({ event: "hello", data: { ...hello, server_time_ms: time.now() + 250 } });
  peer.send({ event: "tick", data: { server_time_ms: time.now() + 250 } });
}

async function connect(): Promise<FeedPeer> {
  const ready = verifier.ready();
  const peer = await server.nextPeer();
  greet(peer);
  await ready;
  return peer;
}

/** Waits for the loss, and lets the time to the next attempt pass. */
async function reconnect(): Promise<FeedPeer> {
  time.advance((await log.next("feed_lost")).retryInMs);
  return server.nextPeer();
}

async function verdict(claims: object = {}): Promise<string> {
  const seconds = time.now() / 1000;
  const token = await server.signer.sign({ ...goodClaims(server.issuer), iat: seconds, exp: seconds + 900, ...claims });
  return verifier.verify(token).then(
    () => "good",
    (error) => error.code,
  );
}

describe("a revocation", () => {
  test("refuses the session's tokens, and no other's, as soon as it has arrived", async () => {
    const peer = await connect();
    expect(await verdict()).toBe("good");
    revoke(peer, "session", "session-1", "7");
    expect(await log.next("revoked")).toEqual({
      type: "revoked",
      subject: "session",
      digest: digestOf("session-1"),
      lagMs: 250,
    });
    expect(await verdict()).toBe("token_revoked");
    expect(await verdict({ sid: "session-2" })).toBe("good");
    expect(verifier.status()).toMatchObject({ revocations: 1, feed: { cursor: "7", lagMs: 250 } });
  });

  test("refuses the grant's tokens, and leaves the session's other grants alone", async () => {
    const peer = await connect();
    revoke(peer, "grant", "grant-1", "7");
    await log.next("revoked");
    expect(await verdict()).toBe("token_revoked");
    expect(await verdict({ grant_id: "grant-2" })).toBe("good");
  });

  test("of before this process began is known to the very first verification", async () => {
    const pending = verdict();
    const peer = await server.nextPeer();
    peer.send({ event: "hello", data: hello });
    await log.next("feed_connected");
    revoke(peer, "session", "session-1", "7");
    await log.next("revoked");
    peer.send({ event: "tick", data: { server_time_ms: testNow } });
    expect(await pending).toBe("token_revoked");
  });

  test("is forgotten when no token of it can be alive", async () => {
    const peer = await connect();
    revoke(peer, "session", "session-1", "7");
    await log.next("revoked");
    time.set(testNow + 905_001);
    revoke(peer, "session", "session-2", "8");
    await log.next("revoked");
    expect(verifier.status().revocations).toBe(1);
  });

  test("outlives the loss of the feed", async () => {
    const peer = await connect();
    revoke(peer, "session", "session-1", "7");
    await log.next("revoked");
    peer.cut();
    await log.next("feed_lost");
    expect(await verdict()).toBe("token_revoked");
  });
});

describe("the first verification waits for the feed", () => {
  test("one second and no longer", async () => {
    const pending = verdict();
    await server.nextPeer();
    await log.next("keys_fetched");
    time.advance(1_000);
    expect(await pending).toBe("good");
    expect(await verdict()).toBe("good");
    expect(verifier.status().feed.state).toBe("connecting");
  });

  test("100 ms beyond a hello that no tick follows", async () => {
    const pending = verdict();
    (await server.nextPeer()).send({ event: "hello", data: hello });
    await log.next("feed_connected");
    time.advance(100);
    expect(await pending).toBe("good");
  });

  test("not at all when the feed cannot be had", async () => {
    server.refuseFeed(503);
    expect(await verdict()).toBe("good");
    expect(verifier.status().feed).toMatchObject({ state: "lost", lastError: `${server.issuer}/feed answered 503` });
  });
});

describe("a connection that ends", () => {
  test("is made again from the cursor, the first time within 250 ms", async () => {
    const peer = await connect();
    expect(peer.lastEventId).toBeUndefined();
    revoke(peer, "session", "session-2", "cursor-7");
    await log.next("revoked");
    peer.cut();
    const lost = await log.next("feed_lost");
    expect(lost.retryInMs).toBeLessThanOrEqual(250);
    expect(verifier.status().feed).toMatchObject({ state: "lost", cursor: "cursor-7" });
    time.advance(lost.retryInMs);
    const next = await server.nextPeer();
    expect(next.lastEventId).toBe("cursor-7");
    revoke(next, "session", "session-1", "cursor-8");
    await log.next("revoked");
    expect(await verdict()).toBe("token_revoked");
  });

  test("in the middle of an event loses nothing: the cursor is the last whole one's", async () => {
    const peer = await connect();
    revoke(peer, "session", "session-2", "7");
    await log.next("revoked");
    peer.write("id: 8\nevent: revoked\ndata: {");
    peer.cut();
    expect((await reconnect()).lastEventId).toBe("7");
  });

  test("is tried again ever more slowly, up to ten seconds, and quickly after a good connection", async () => {
    server.refuseFeed(500);
    await verifier.ready();
    const delays: number[] = [];
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const { retryInMs } = await log.next("feed_lost");
      delays.push(retryInMs);
      if (attempt === 9) server.refuseFeed(undefined);
      time.advance(retryInMs);
    }
    expect(delays[0]).toBeLessThanOrEqual(250);
    expect(delays[3]).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...delays)).toBeLessThanOrEqual(10_000);
    expect(delays[9]).toBeGreaterThanOrEqual(5_000);
    const peer = await server.nextPeer();
    greet(peer);
    await log.next("feed_connected");
    time.set(time.now() + 5_000);
    peer.cut();
    expect((await log.next("feed_lost")).retryInMs).toBeLessThanOrEqual(250);
  });

  test("without a word is noticed after two heartbeats of silence", async () => {
    const peer = await connect();
    time.advance(4_000);
    revoke(peer, "session", "session-2", "7");
    await log.next("revoked");
    time.advance(9_999);
    expect(verifier.status().feed.state).toBe("following");
    time.advance(1);
    expect((await log.next("feed_lost")).error.message).toBe("The feed was silent for 10000 ms");
    await peer.closed;
    expect(verifier.status().feed).toMatchObject({ state: "lost", since: testNow + 4_000 });
  });

  test.each(["event: tick\ndata: {}\n\n", ": still here\n"])("is not given up while it says %j", async (words) => {
    const peer = await connect();
    for (let beat = 0; beat < 5; beat += 1) {
      time.advance(5_000);
      peer.write(words);
      revoke(peer, "session", `session-x${beat}`, String(beat));
      await log.next("revoked");
    }
    expect(verifier.status().feed.state).toBe("following");
  });

  test("before hello is given up after five seconds", async () => {
    const ready = verifier.ready();
    const peer = await server.nextPeer();
    await log.next("keys_fetched");
    time.advance(5_000);
    await peer.closed;
    expect((await ready).feed).toMatchObject({ state: "lost", lastError: "The feed was silent for 5000 ms" });
  });
});

test.each<[string, string]>([
  ["a malformed hello", "event: hello\ndata: {}\n\n"],
  ["an event without end", `data: ${"x".repeat(70_000)}`],
])("leaves a server that sends %s", async (_, words) => {
  void verifier.ready();
  const peer = await server.nextPeer();
  peer.write(words);
  await log.next("feed_lost");
  await peer.closed;
});

test("passes over what it cannot read, says so, and goes on", async () => {
  const peer = await connect();
  peer.write('event: revoked\ndata: {"subject":"user"}\n\nevent: later_version\ndata: x\n\n');
  revoke(peer, "session", "session-1", "7");
  expect((await log.next("feed_message_invalid")).error.message).toContain("revoked");
  await log.next("revoked");
  expect(await verdict()).toBe("token_revoked");
});

test("keeps what it knows at a resync, and fetches the keys, whose change may have been missed", async () => {
  const peer = await connect();
  await log.next("keys_fetched");
  revoke(peer, "session", "session-1", "7");
  await log.next("revoked");
  peer.send({ event: "resync", data: { reason: "cursor_too_old" } }, "1");
  expect(await log.next("feed_resync")).toEqual({ type: "feed_resync", reason: "cursor_too_old" });
  await log.next("keys_fetched");
  expect(log.events.filter(({ type }) => type === "keys_changed")).toEqual([]);
  expect(await verdict()).toBe("token_revoked");
});

test("fetches the keys when they have changed", async () => {
  const peer = await connect();
  await log.next("keys_fetched");
  const signer = await createSigner("key-2");
  server.setKeys(signer);
  peer.send({ event: "keys_changed", data: {} }, "9");
  await log.next("keys_fetched");
  expect(await log.next("keys_changed")).toEqual({ type: "keys_changed", kids: ["key-2"] });
  expect(await verdict()).toBe("token_key_unknown");
  const seconds = testNow / 1000;
  const token = await signer.sign({ ...goodClaims(server.issuer), exp: seconds + 60 });
  expect((await verifier.verify(token)).sub).toBe("user_ada");
});

describe("while the feed is lost", () => {
  test("honest people are not refused, however long it lasts", async () => {
    const peer = await connect();
    server.refuseFeed(503);
    peer.cut();
    await log.next("feed_lost");
    time.set(testNow + 12 * 3_600_000);
    expect(await verdict()).toBe("good");
  });

  test("everyone is refused after the seconds that were asked for, and no longer than it lasts", async () => {
    verifier = log.of(createVerifier({ ...options(), onFeedLost: { refuseAfterSeconds: 30 } }));
    const peer = await connect();
    time.set(testNow + 60_000);
    expect(await verdict()).toBe("good");
    time.set(testNow);
    peer.cut();
    const lost = await log.next("feed_lost");
    time.set(testNow + 29_999);
    expect(await verdict()).toBe("good");
    time.set(testNow + 30_000);
    expect(await verdict()).toBe("feed_lost");
    time.advance(lost.retryInMs);
    greet(await server.nextPeer());
    await log.next("feed_connected");
    expect(await verdict()).toBe("good");
  });

  test("a feed that never began counts from the start", async () => {
    verifier = log.of(createVerifier({ ...options(), onFeedLost: { refuseAfterSeconds: 0 } }));
    server.refuseFeed(404);
    expect(await verdict()).toBe("feed_lost");
  });
});

describe("an issuer that lets only services follow", () => {
  test("is told who follows", async () => {
    expect((await connect()).authorization).toBeUndefined();
    verifier = log.of(createVerifier({ ...options(), credentials: { id: "the api", secret: "p:a%s+s wörd" } }));
    const [, encoded = ""] = (await connect()).authorization?.split(" ") ?? [];
    const halves = atob(encoded)
      .split(":")
      .map((half) => new URLSearchParams(`half=${half}`).get("half"));
    expect(halves).toEqual(["the api", "p:a%s+s wörd"]);
  });

  test.each([401, 403])("says so clearly with %i, and is left alone for half a minute", async (status) => {
    server.refuseFeed(status);
    await verifier.ready();
    const lost = await log.next("feed_lost");
    expect(lost).toMatchObject({ reason: "unauthorized" });
    expect(lost.error.message).toContain(`answered ${status}: the issuer does not let this service follow`);
    expect(lost.retryInMs).toBeGreaterThanOrEqual(30_000);
    expect(lost.retryInMs).toBeLessThanOrEqual(45_000);
    expect(verifier.status().feed).toMatchObject({ state: "lost", reason: "unauthorized" });
    expect(await verdict()).toBe("good");
    server.refuseFeed(undefined);
    time.advance(lost.retryInMs);
    greet(await server.nextPeer());
    await log.next("feed_connected");
    expect(verifier.status().feed).toMatchObject({ state: "following", reason: null, lastError: null });
  });

  test("and has too many followers is left alone for as long as it says", async () => {
    server.refuseFeed(429, { "retry-after": "20" });
    await verifier.ready();
    const lost = await log.next("feed_lost");
    expect(lost).toMatchObject({ reason: "unreachable" });
    expect(lost.retryInMs).toBeGreaterThanOrEqual(20_000);
    expect(lost.retryInMs).toBeLessThanOrEqual(30_000);
  });
});

describe("connects", () => {
  test("to nothing before the first call, and to nothing at all when it is off", async () => {
    expect(verifier.status().feed).toMatchObject({ state: "off", since: null });
    verifier = log.of(createVerifier({ ...options(), feed: "off" }));
    expect(await verdict()).toBe("good");
    expect((await verifier.ready()).feed.state).toBe("off");
  });

  test("once, however many verifications begin at the same time", async () => {
    const pending = Promise.all([verdict(), verdict(), verdict()]);
    greet(await server.nextPeer());
    expect(await pending).toEqual(["good", "good", "good"]);
    expect(log.events.filter(({ type }) => type === "feed_connected")).toHaveLength(1);
  });

  test("and says in ready() how it is, with the difference of the clocks", async () => {
    await connect();
    expect(await verifier.ready()).toEqual({
      keys: { state: "fresh", count: 1, fetchedAt: testNow, lastError: null },
      feed: {
        state: "following",
        cursor: null,
        since: testNow,
        lagMs: null,
        clockOffsetMs: 250,
        reason: null,
        lastError: null,
      },
      revocations: 0,
      cachedTokens: 0,
      tokens: { verified: 0, cached: 0, refused: {} },
      introspections: null,
      usage: null,
    });
  });

  test("no more after close, which ends the connection and leaves what is known", async () => {
    const peer = await connect();
    revoke(peer, "session", "session-1", "7");
    await log.next("revoked");
    verifier.close();
    await peer.closed;
    expect(verifier.status().feed.state).toBe("off");
    expect(await verdict()).toBe("token_revoked");
    expect(await verdict({ sid: "session-2" })).toBe("good");
    expect(log.events.filter(({ type }) => type === "feed_lost")).toEqual([]);
  });
});
