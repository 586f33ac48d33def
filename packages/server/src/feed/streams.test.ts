import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createManualClock } from "../clock/clock.ts";
import type { Database } from "../storage/database.ts";
import type { FeedEntry } from "./entry.ts";
import { readFeedStream, revokedSessions } from "./feed.testing.ts";
import { linesPerBlock } from "./lines.ts";
import { createStreams } from "./streams.ts";
import { createTail } from "./tail.ts";

/** The feed's streams over a log that is empty: what there is to tell another node has read. */
async function createTestStreams() {
  const clock = createManualClock();
  const database = { execute: async () => [{ id: null, safe_transaction: "1" }] } as unknown as Database;
  const tail = createTail({ database, clock, horizon: 600, onEntries: (entries) => streams.tell(entries) });
  const streams = createStreams({ tail, clock, settings: { heartbeat: 15, horizon: 600 } });
  await tail.readOn();
  const entryOf = (transaction: number): FeedEntry => ({
    cursor: { transaction: BigInt(transaction), id: 1n },
    at: clock.now(),
    message: { event: "revoked", data: { subject: "session", digest: `digest-${transaction}`, at_ms: clock.now() } },
  });

  function follow(cursor: string | null = null) {
    const ends: string[] = [];
    const { follower, body } = streams.create({ onEnded: (why) => ends.push(why) });
    streams.greet(follower, cursor);
    return { follower, ends, body };
  }

  return {
    streams,
    follow,
    /** Lines with even numbers, so that others fit between them. */
    tellFirst: (count: number) => tail.accept(Array.from({ length: count }, (_, index) => entryOf(2 * index + 2))),
    tell: (transaction: number) => tail.accept([entryOf(transaction)]),
  };
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

async function readPiece(reader: Reader): Promise<string> {
  const { value } = await reader.read();
  return new TextDecoder().decode(value);
}

const blocks = 5;

describe("a newcomer to much news", () => {
  it("is given a piece of it for each that it has read, and so holds no more than one", async () => {
    const { tellFirst, follow } = await createTestStreams();
    tellFirst(blocks * linesPerBlock);
    const reader = follow().body.getReader();
    expect(await readPiece(reader)).toMatch(/^event: hello\n/);
    for (let block = 0; block < blocks; block++) {
      expect((await readPiece(reader)).match(/event: revoked/g)).toHaveLength(linesPerBlock);
    }
    expect(await readPiece(reader)).toMatch(/^id: .*\nevent: tick\n/);
  });

  it("is told where to resume only when it has heard all of it, whatever happens meanwhile", async () => {
    const { streams, tellFirst, tell, follow } = await createTestStreams();
    tellFirst(blocks * linesPerBlock);
    const reader = follow().body.getReader();
    let text = await readPiece(reader);
    text += await readPiece(reader);
    streams.tick();
    tell(1);
    tell(999_999);
    while (!text.includes('"digest-999999"')) {
      expect(text).not.toMatch(/^id: /m);
      text += await readPiece(reader);
    }
  });

  it("hears of what was committed late, behind the place to which it has been told, and of each line once", async () => {
    const { tellFirst, tell, follow } = await createTestStreams();
    tellFirst(blocks * linesPerBlock);
    const { body } = follow();
    const reader = body.getReader();
    let text = await readPiece(reader);
    text += await readPiece(reader);
    // Behind, at the very place, ahead, and after the end.
    for (const transaction of [3, 2 * linesPerBlock + 1, 4 * linesPerBlock + 1, 999_999]) tell(transaction);
    while (!/^id: .*\nevent: tick/m.test(text)) text += await readPiece(reader);
    for (const transaction of [3, 2 * linesPerBlock + 1, 4 * linesPerBlock + 1, 999_999]) {
      expect(text.split(`"digest-${transaction}"`)).toHaveLength(2);
    }
    expect(text.match(/event: revoked/g)).toHaveLength(blocks * linesPerBlock + 4);
  });

  it("leaves everybody else their turn between two pieces", async () => {
    const { tellFirst, follow } = await createTestStreams();
    tellFirst(blocks * linesPerBlock);
    const stream = readFeedStream(follow().body, async () => undefined);
    let turns = 0;
    while (!stream.heard.some(({ event }) => event === "tick")) {
      await nextTurn();
      turns += 1;
    }
    expect(turns).toBeGreaterThanOrEqual(blocks);
    expect(revokedSessions(stream.heard)).toHaveLength(blocks * linesPerBlock);
    await stream.close();
  });

  it("that does not read is let go", async () => {
    const { streams, tellFirst, follow } = await createTestStreams();
    tellFirst(blocks * linesPerBlock);
    const { ends } = follow();
    for (let beat = 0; beat < 100; beat++) streams.tick();
    expect(ends).toEqual(["slow"]);
  });

  it("and everybody else is sent away when this node stops", async () => {
    const { streams, tellFirst, follow } = await createTestStreams();
    const idle = follow();
    const stream = readFeedStream(idle.body, async () => undefined);
    await stream.caughtUp();
    tellFirst(blocks * linesPerBlock);
    const newcomer = follow();
    streams.close();
    await stream.ended;
    expect([idle.ends, newcomer.ends]).toEqual([["draining"], ["draining"]]);
  });
});
