import type { FeedMessage, FeedPollAnswer } from "@holdfast/protocol";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import { createTestInstance, type TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { digestOf, followFeed } from "./feed.testing.ts";

let instance: TestInstance;
const aborts: AbortController[] = [];
beforeAll(async () => {
  instance = await createTestInstance({ hasPractice: false, config: { feed: { maxFollowers: 3 } } });
});
afterEach(async () => {
  for (const abort of aborts.splice(0)) abort.abort();
  await expect.poll(() => instance.holdfast.feed.followers).toBe(0);
});
afterAll(() => instance.close());

function ask(query: string, headers: Record<string, string> = {}): Promise<Response> {
  const abort = new AbortController();
  aborts.push(abort);
  return fetch(`${instance.issuer}/feed${query}`, { headers, signal: abort.signal });
}

async function poll(query: string, headers?: Record<string, string>): Promise<FeedPollAnswer> {
  const response = await ask(query, headers);
  expect(response.status).toBe(200);
  return (await response.json()) as FeedPollAnswer;
}

async function endSession(): Promise<string> {
  const { session } = await startSession(instance);
  await instance.holdfast.sessions.revoke({ id: session.id }, "session_revoked");
  return session.id;
}

const digests = (messages: readonly FeedMessage[]) =>
  messages.flatMap(({ event, data }) => (event === "revoked" && data.subject === "session" ? [data.digest] : []));

/** How long an answer that should come at once may take on a busy machine, and well below any wait here. */
const atOnceMs = 3_000;

describe("a request for JSON", () => {
  it("without a cursor is told at once all that a living token may need, and where to go on", async () => {
    const id = await endSession();
    const answer = await poll("", { accept: "application/json" });
    expect(answer).toMatchObject({ server_time_ms: instance.clock.now(), horizon_seconds: 1_200, more: false });
    expect(digests(answer.messages)).toContain(digestOf(id));
    expect(answer.cursor).toMatch(/^\d+-\d+/);
  });

  it("with a cursor is answered as soon as something comes after it, with that and nothing else", async () => {
    await endSession();
    const { cursor } = await poll("?wait=0&cursor=now");
    const answer = poll(`?wait=30&cursor=${cursor}`);
    await expect.poll(() => instance.holdfast.feed.followers).toBe(1);
    const began = performance.now();
    const id = await endSession();
    expect(digests((await answer).messages)).toEqual([digestOf(id)]);
    expect(performance.now() - began).toBeLessThan(atOnceMs);
  });

  it("that missed something is answered at once", async () => {
    const { cursor } = await poll("?wait=0&cursor=now");
    const id = await endSession();
    const answer = await poll(`?wait=30&cursor=${cursor}`);
    expect(digests(answer.messages)).toEqual([digestOf(id)]);
    expect(digests((await poll(`?wait=0&cursor=${answer.cursor}`)).messages)).toEqual([]);
  });

  it("is answered with none when nothing comes within its wait", async () => {
    const { cursor } = await poll("?wait=0&cursor=now");
    const began = performance.now();
    const answer = await poll(`?wait=1&cursor=${cursor}`);
    expect(answer).toMatchObject({ messages: [], more: false });
    expect(performance.now() - began).toBeGreaterThan(900);
  });

  it("from now on hears nothing of before", async () => {
    await endSession();
    const answer = await poll("?wait=0&cursor=now");
    expect(answer.messages).toEqual([]);
    const id = await endSession();
    expect(digests((await poll(`?wait=0&cursor=${answer.cursor}`)).messages)).toEqual([digestOf(id)]);
  });

  it("gives its place back when whoever asked has gone", async () => {
    const { cursor } = await poll("?wait=0&cursor=now");
    const answer = ask(`?wait=60&cursor=${cursor}`);
    await expect.poll(() => instance.holdfast.feed.followers).toBe(1);
    aborts.at(-1)?.abort();
    await expect(answer).rejects.toThrow();
    await expect.poll(() => instance.holdfast.feed.followers).toBe(0);
  });

  it("finds no place among too many", async () => {
    const { cursor } = await poll("?wait=0&cursor=now");
    for (let count = 0; count < 3; count++) ask(`?wait=60&cursor=${cursor}`).catch(() => undefined);
    await expect.poll(() => instance.holdfast.feed.followers).toBe(3);
    expect((await ask(`?wait=60&cursor=${cursor}`)).status).toBe(429);
    // Who has nothing to wait for needs none.
    expect((await ask(`?wait=0&cursor=${cursor}`)).status).toBe(200);
  });

  it("may be answered in pages, which miss nothing and repeat nothing", async () => {
    const { cursor } = await poll("?wait=0&cursor=now");
    const rows = await instance.sql<{ session_id: string }>(
      `insert into events (at, type, session_id)
       select $1, 'session.revoked', gen_random_uuid() from generate_series(1, 2500) returning session_id`,
      [new Date(instance.clock.now())],
    );
    const heard: string[] = [];
    const sizes: number[] = [];
    let answer = await poll(`?wait=30&cursor=${cursor}`);
    for (;;) {
      heard.push(...digests(answer.messages));
      sizes.push(answer.messages.length);
      if (!answer.more) break;
      answer = await poll(`?wait=30&cursor=${answer.cursor}`);
    }
    expect(sizes).toEqual([1_000, 1_000, 500]);
    expect(heard.sort()).toEqual(rows.map(({ session_id }) => digestOf(session_id)).sort());
  });
});

describe("one cursor", () => {
  it("serves streams and requests alike", async () => {
    const { cursor } = await poll("?wait=0&cursor=now");
    const missed = await endSession();
    const stream = await followFeed(instance, { cursor });
    await stream.untilRevoked(missed);
    await stream.caughtUp();
    expect(digests(stream.heard)).toEqual([digestOf(missed)]);
    const { lastId } = stream;
    await stream.close();
    const later = await endSession();
    expect(digests((await poll("?wait=0", { "last-event-id": lastId })).messages)).toContain(digestOf(later));
  });

  it("does not tell the same again and again while a transaction is open, and misses nothing of it", async () => {
    const { cursor } = await poll("?wait=0&cursor=now");
    const client = new pg.Client({ ...inject("postgres"), options: `-c search_path=${instance.schema}` });
    await client.connect();
    try {
      await client.query("begin");
      const late = await client.query(
        "insert into events (at, type, session_id) values ($1, 'session.revoked', gen_random_uuid()) returning session_id",
        [new Date(instance.clock.now())],
      );
      const meanwhile = await endSession();
      const first = await poll(`?wait=30&cursor=${cursor}`);
      expect(digests(first.messages)).toEqual([digestOf(meanwhile)]);
      expect(await poll(`?wait=0&cursor=${first.cursor}`)).toMatchObject({ messages: [], cursor: first.cursor });

      const waiting = poll(`?wait=30&cursor=${first.cursor}`);
      await client.query("commit");
      expect(digests((await waiting).messages)).toContain(digestOf(late.rows[0].session_id));
    } finally {
      await client.end();
    }
  });
});

describe("what is not understood", () => {
  it.each([
    ["?wait=", "wait"],
    ["?wait=-1", "wait"],
    ["?wait=61", "wait"],
    ["?wait=1.5", "wait"],
    ["?wait=1e1", "wait"],
    ["?wait=soon", "wait"],
    ["?wait=99999999999999999999", "wait"],
    ["?wait=1&wait=2", "wait"],
    ["?wait=0&cursor=1-1&cursor=2-2", "cursor"],
    ["?wait=0&cursor=%00", "cursor"],
    [`?wait=0&cursor=${"9".repeat(5_000)}`, "cursor"],
  ])("%s is refused", async (query, path) => {
    const response = await ask(query);
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { code: "invalid_request", problems: [{ path }] },
    ]);
  });

  it.each([
    ["garbage", "cursor_unknown"],
    ["", "cursor_unknown"],
    ["12-", "cursor_unknown"],
    ["1-1.2-2", "cursor_unknown"],
    ["1-1;drop table events", "cursor_unknown"],
    ["0-0", "cursor_too_old"],
    ["18446744073709551615-9223372036854775807", "cursor_too_old"],
    ["18446744073709551615-1.18446744073709551615-2.abcdefghijk", "cursor_too_old"],
  ])("the cursor %j leads to a resync, with everything within the horizon", async (cursor, reason) => {
    const id = await endSession();
    const messages: FeedMessage[] = [];
    let answer = await poll(`?wait=30&cursor=${encodeURIComponent(cursor)}`);
    expect(answer.messages[0]).toEqual({ event: "resync", data: { reason } });
    for (messages.push(...answer.messages); answer.more; messages.push(...answer.messages)) {
      answer = await poll(`?wait=30&cursor=${answer.cursor}`);
    }
    expect(digests(messages)).toContain(digestOf(id));
    expect(messages.filter(({ event }) => event === "resync")).toHaveLength(1);
  });
});

it("the way of the answer is chosen by what is accepted, and a stream is the default", async () => {
  const type = async (query: string, accept: string) => {
    const response = await ask(query, { accept });
    await response.body?.cancel();
    return response.headers.get("content-type")?.split(";")[0];
  };
  expect(await type("", "*/*")).toBe("text/event-stream");
  expect(await type("", "text/event-stream, application/json")).toBe("text/event-stream");
  expect(await type("", "application/json")).toBe("application/json");
  expect(await type("?wait=0", "*/*")).toBe("application/json");
  const { headers } = await ask("?wait=0");
  expect([headers.get("cache-control"), headers.get("vary")]).toEqual(["no-store", "Accept"]);
});

it("draining answers whoever waits, and takes no more", async () => {
  const other = await createTestInstance({ hasPractice: false });
  try {
    const { cursor } = (await (await fetch(`${other.issuer}/feed?wait=0`)).json()) as FeedPollAnswer;
    const waiting = fetch(`${other.issuer}/feed?wait=60&cursor=${cursor}`);
    await expect.poll(() => other.holdfast.feed.followers).toBe(1);
    await other.holdfast.drain();
    expect(await (await waiting).json()).toMatchObject({ messages: [], more: false });
    expect((await fetch(`${other.issuer}/feed?wait=0`)).status).toBe(503);
  } finally {
    await other.close();
  }
});
