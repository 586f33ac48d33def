import type { FeedMessage } from "@holdfast/protocol";
import { describe, expect, it } from "vitest";
import { encodeMessages } from "./delivery.ts";
import { readFeedStream } from "./feed.testing.ts";
import { createFollower } from "./followers.ts";

const tick = (time: number): FeedMessage => ({ event: "tick", data: { server_time_ms: time } });

function createTestFollower() {
  let closed = 0;
  let disconnected = 0;
  const { follower, body } = createFollower({ onClose: () => closed++, disconnect: () => disconnected++ });
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
