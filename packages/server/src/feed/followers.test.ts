import type { FeedMessage } from "@holdfast/protocol";
import { describe, expect, it } from "vitest";
import { encodeMessages } from "./delivery.ts";
import { readFeedStream } from "./feed.testing.ts";
import { createFollower } from "./followers.ts";

const tick = (time: number): FeedMessage => ({ event: "tick", data: { server_time_ms: time } });

function createTestFollower() {
  let closed = 0;
  let disconnected = 0;
  const wire = { socket: null, headersSent: true, chunkedEncoding: true, destroy: () => disconnected++ };
  const { follower, body } = createFollower({ onEnded: () => closed++, wire });
  return { follower, body, closed: () => closed, disconnected: () => disconnected };
}

describe("a follower that does not read", () => {
  it("is let go, once, after a bounded number of deliveries", () => {
    const { follower, closed, disconnected } = createTestFollower();
    for (let time = 0; time < 1_000; time++) follower.send(encodeMessages([tick(time)]));
    expect(closed()).toBe(1);
    // The end of a stream that nobody reads would never come, and hold its memory for as long.
    expect(disconnected()).toBe(1);
  });

  it("still finds what was sent before, with the cursor to come back with", async () => {
    const { follower, body } = createTestFollower();
    for (let time = 0; time < 1_000; time++) follower.send(encodeMessages([tick(time)], `${time}-0`));
    const reader = readFeedStream(body, () => body.cancel());
    await reader.ended;
    expect(reader.heard.length).toBeGreaterThan(10);
    expect(reader.heard.length).toBeLessThan(200);
    expect(reader.lastId).toBe(`${reader.heard.length - 1}-0`);
  });
});

describe("a follower that reads", () => {
  it("is never let go, however much there is to tell", async () => {
    const { follower, body, closed } = createTestFollower();
    const reader = readFeedStream(body, () => body.cancel());
    for (let time = 0; time < 1_000; time++) {
      follower.send(encodeMessages([tick(time)], `${time}-0`));
      await reader.until(({ id }) => id === `${time}-0`);
    }
    expect(closed()).toBe(0);
  });

  it("hears many messages of one delivery, of which only the last carries the cursor", async () => {
    const { follower, body } = createTestFollower();
    const many = Array.from({ length: 500 }, (_, time) => tick(time));
    follower.send(encodeMessages(many, "9-9"));
    follower.close();
    const reader = readFeedStream(body, () => body.cancel());
    await reader.ended;
    expect(reader.heard).toHaveLength(500);
    expect(reader.heard.filter(({ id }) => id !== null)).toEqual([{ ...tick(499), id: "9-9" }]);
  });
});

describe("closing", () => {
  it("may happen twice, and is told once", () => {
    const { follower, closed, disconnected } = createTestFollower();
    follower.close();
    follower.close();
    follower.send(encodeMessages([tick(1)]));
    expect(closed()).toBe(1);
    expect(disconnected()).toBe(0);
  });

  it("is noticed when the other side goes away, and sending to nobody is harmless", async () => {
    const { follower, body, closed } = createTestFollower();
    await body.cancel();
    follower.send(encodeMessages([tick(1)]));
    follower.close();
    expect(closed()).toBe(1);
  });
});

describe("a follower on a socket", () => {
  function createWire({ chunkedEncoding = true, isStuck = false } = {}) {
    const written: string[] = [];
    const wire = {
      headersSent: true,
      chunkedEncoding,
      destroyed: false,
      socket: {
        write: (bytes: Uint8Array) => void written.push(Buffer.from(bytes).toString()),
        get writableLength() {
          return isStuck ? 1 : 0;
        },
      },
      destroy() {
        wire.destroyed = true;
      },
    };
    return { wire, written };
  }

  /** What our server does with a body: it reads, passes on, and asks for more. */
  async function passOn(body: ReadableStream<Uint8Array>, written: string[]): Promise<void> {
    const reader = body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      written.push(Buffer.from(part.value).toString());
    }
    written.push("end");
  }

  const textOf = (message: FeedMessage) => Buffer.from(encodeMessages([message])).toString();

  it.each([
    [true, (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`],
    [false, (text: string) => text],
  ])(
    "hears what came first by the body, and what comes later straight from us, in order (chunked: %s)",
    async (chunkedEncoding, framed) => {
      const { wire, written } = createWire({ chunkedEncoding });
      const { follower, body } = createFollower({ onEnded: () => undefined, wire });
      follower.send(encodeMessages([tick(1)]));
      follower.send(encodeMessages([tick(2)]));
      const ended = passOn(body, written);
      // Not read yet: this one has to wait its turn.
      follower.send(encodeMessages([tick(3)]));
      await expect.poll(() => written).toHaveLength(3);
      follower.send(encodeMessages([tick(4)]));
      follower.close();
      await ended;
      expect(written).toEqual([textOf(tick(1)), textOf(tick(2)), textOf(tick(3)), framed(textOf(tick(4))), "end"]);
    },
  );

  it("that takes nothing is let go after a bounded number of deliveries, and its connection cut", async () => {
    const { wire, written } = createWire({ isStuck: true });
    const ends: string[] = [];
    const { follower, body } = createFollower({ onEnded: (why) => ends.push(why), wire });
    follower.send(encodeMessages([tick(0)]));
    void passOn(body, written);
    await expect.poll(() => written).toHaveLength(1);
    for (let time = 1; time < 1_000; time++) follower.send(encodeMessages([tick(time)]));
    expect([ends, wire.destroyed]).toEqual([["slow"], true]);
    expect(written.length).toBeLessThan(70);
  });

  it("that keeps up is never let go", async () => {
    const { wire, written } = createWire();
    const ends: string[] = [];
    const { follower, body } = createFollower({ onEnded: (why) => ends.push(why), wire });
    void passOn(body, written);
    for (let time = 0; time < 1_000; time++) {
      follower.send(encodeMessages([tick(time)]));
      await Promise.resolve();
    }
    await expect.poll(() => written.length).toBeGreaterThan(900);
    expect(ends).toEqual([]);
  });

  it("hears nothing past the body before the answer has begun: that would stand where its head belongs", async () => {
    const { wire, written } = createWire();
    wire.headersSent = false;
    const { follower, body } = createFollower({ onEnded: () => undefined, wire });
    const reader = body.getReader();
    const first = reader.read();
    await Promise.resolve();
    follower.send(encodeMessages([tick(1)]));
    expect(written).toEqual([]);
    expect(Buffer.from((await first).value ?? "").toString()).toBe(textOf(tick(1)));
  });
});
