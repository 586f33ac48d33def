/** Where something on the way holds event streams back. */
import type { FeedMessage, FeedPollAnswer } from "@holdfast/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createEventLog, type EventLog } from "../testing/event-log.ts";
import { digestOf, type FakeIssuer, startFakeIssuer } from "../testing/fake-issuer.ts";
import { createManualTime, type ManualTime } from "../testing/manual-time.ts";
import { goodClaims, testAudience, testNow } from "../testing/signer.ts";
import { createVerifier, type Verifier } from "./verifier.ts";

let server: FakeIssuer;
let time: ManualTime;
let log: EventLog;
let verifier: Verifier;

beforeEach(async () => {
  server = await startFakeIssuer();
  time = createManualTime(testNow);
  log = createEventLog();
  const given = { issuer: server.issuer, audience: testAudience, clock: time, timers: time };
  verifier = log.of(createVerifier(given));
});

afterEach(async () => {
  await verifier.close();
  await server.close();
});

function answerOf(cursor: string, messages: readonly FeedMessage[] = [], more = false): FeedPollAnswer {
  return { server_time_ms: testNow + 5_500, horizon_seconds: 900, messages, cursor, more };
}

function revoked(session: string): FeedMessage {
  return { event: "revoked", data: { subject: "session", digest: digestOf(session), at_ms: testNow } };
}

/** The stream brings nothing for five seconds; then comes the first poll. */
async function giveUpStream(): Promise<void> {
  void verifier.ready().catch(() => {});
  await log.next("keys_fetched");
  await expect.poll(() => server.heldStreams).toBe(1);
  time.advance(5_000);
  const { error, retryInMs } = await log.next("feed_lost");
  expect(error.message).toBe("The feed was silent for 5000 ms");
  time.advance(retryInMs);
}

async function verdict(sid: string): Promise<string> {
  const now = Math.floor(time.now() / 1000);
  const token = await server.signer.sign({ ...goodClaims(server.issuer), sid, iat: now, exp: now + 900 });
  return verifier.verify(token).then(
    () => "good",
    (error) => error.code,
  );
}

describe("a stream of which not a byte arrives", () => {
  test("is followed by polls instead, which bring the same news", async () => {
    server.holdStreamsBack(answerOf("7", [revoked("session-1")]), answerOf("8", [revoked("session-2")]));
    await giveUpStream();
    await log.next("feed_connected");
    await log.next("revoked");
    await log.next("revoked");
    expect(await verdict("session-1")).toBe("token_revoked");
    expect(await verdict("session-2")).toBe("token_revoked");
    expect(await verdict("session-3")).toBe("good");
    await expect.poll(() => server.polls).toEqual(["?wait=0", "?wait=25&cursor=7", "?wait=25&cursor=8"]);
    expect(verifier.status().feed).toMatchObject({ state: "following", cursor: "8", reason: null });
  });

  test("is tried again when polls fail, from where they ended", async () => {
    server.holdStreamsBack(answerOf("7"));
    await giveUpStream();
    await expect.poll(() => server.polls.length).toBe(2);
    time.advance(30_000);
    const { error } = await log.next("feed_lost");
    expect(error.message).toContain("took longer than 30000 ms");
    expect(verifier.status().feed).toMatchObject({ state: "lost", cursor: "7" });
  });

  test("is left, and the polls too, by close()", async () => {
    server.holdStreamsBack(answerOf("7"));
    await giveUpStream();
    await expect.poll(() => server.polls.length).toBe(2);
    await verifier.close();
    expect(verifier.status().feed.state).toBe("off");
  });

  test.each<[string, object]>([
    ["nothing of what it should", {}],
    ["a list", []],
    ["messages that are none", { ...answerOf("7"), messages: "none" }],
    ["no cursor", { ...answerOf("7"), cursor: null }],
    ["a time in words", { ...answerOf("7"), server_time_ms: "now" }],
  ])("nor polls that say %s: it is lost", async (_, answer) => {
    server.holdStreamsBack(answer as FeedPollAnswer);
    await giveUpStream();
    expect((await log.next("feed_lost")).error.message).toMatch(/did not answer with/);
  });

  test("passes over what it cannot read in a poll, and goes on", async () => {
    const strange = { event: "revoked", data: { subject: "planet" } } as unknown as FeedMessage;
    const later = { event: "later_version", data: {} } as unknown as FeedMessage;
    server.holdStreamsBack(answerOf("7", [strange, later, revoked("session-1")]));
    await giveUpStream();
    await log.next("feed_message_invalid");
    await log.next("revoked");
    expect(verifier.status().feed.state).toBe("following");
  });
});
