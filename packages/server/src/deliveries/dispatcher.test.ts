import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTestQueue, delivered, refused, sentTo, type TestQueue } from "./deliveries.testing.ts";
import type { Outcome } from "./delivery.ts";

const patience = { timeout: 10_000 };

let test: TestQueue;
beforeEach(async () => {
  test = await createTestQueue();
});
afterEach(async () => {
  expect(test.errors).toEqual([]);
  await test.close();
});

const numbered = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name} ${index}`);

/** A destination that answers only when it is told to. */
function holdBack(destinationId: string) {
  const waiting: ((outcome: Outcome) => void)[] = [];
  test.answer(destinationId, () => new Promise((resolve) => waiting.push(resolve)));
  return {
    get count() {
      return waiting.length;
    },
    release(outcome = delivered) {
      for (const resolve of waiting.splice(0)) resolve(outcome);
    },
  };
}

describe("a destination that does not answer", () => {
  it("holds eight places, and nobody else's", async () => {
    const [slow, well] = [await test.addDestination(), await test.addDestination()];
    const held = holdBack(slow);
    await test.enqueue(slow, ...numbered("slow", 100));
    await test.enqueue(well, ...numbered("well", 100));
    await test.queue.look();
    await expect.poll(() => sentTo(test.sent, well).length, patience).toBe(100);
    expect(held.count).toBe(8);
    test.answer(slow, delivered);
    held.release();
    await test.queue.idle();
    expect(sentTo(test.sent, slow)).toHaveLength(100);
  });

  it("does not keep the others from their turn, also where there are many like it", async () => {
    const slow = await Promise.all(Array.from({ length: 7 }, () => test.addDestination()));
    const held = slow.map((id) => holdBack(id));
    for (const id of slow) await test.enqueue(id, ...numbered("slow", 20));
    await test.queue.look();
    const well = await test.addDestination();
    await test.enqueue(well, ...numbered("well", 30));
    await test.queue.look();
    await expect.poll(() => sentTo(test.sent, well).length, patience).toBe(30);
    for (const id of slow) test.answer(id, delivered);
    for (const each of held) each.release();
    await test.queue.idle();
  });

  it("is asked one at a time once it has failed", async () => {
    const id = await test.addDestination();
    test.answer(id, refused);
    await test.enqueue(id, "first");
    await test.queue.idle();
    const held = holdBack(id);
    await test.enqueue(id, ...numbered("more", 20));
    await test.queue.look();
    await expect.poll(() => held.count, patience).toBe(1);
    await test.queue.look();
    expect(held.count).toBe(1);
    test.answer(id, delivered);
    held.release();
    await test.queue.idle();
  });
});

describe("a node that ends in the middle of an attempt", () => {
  it("leaves it to another, once its lease has run out and not before", async () => {
    const id = await test.addDestination();
    const held = holdBack(id);
    await test.enqueue(id, "message");
    await test.queue.look();
    await expect.poll(() => held.count, patience).toBe(1);

    const other = test.addNode();
    test.answer(id, delivered);
    test.clock.advance(29_000);
    await other.idle();
    expect(test.sent).toHaveLength(1);
    test.clock.advance(2_000);
    await other.idle();
    expect(test.sent).toMatchObject([{ number: 1 }, { number: 2 }]);

    // The first node was only slow. What it heard changes nothing any more, but stands in the log.
    held.release(refused);
    await test.queue.idle();
    const [logged] = await test.queue.list({ destinationId: id }, 10);
    expect(logged).toMatchObject({ state: "delivered", attempts: 2 });
    expect((await test.queue.attemptsOf(logged?.id ?? "")).map(({ number, outcome }) => [number, outcome])).toEqual([
      [1, "refused"],
      [2, "delivered"],
    ]);
    await other.close();
  });

  it("because it was told to stop, gives it back at once, as if it had not begun", async () => {
    const id = await test.addDestination();
    test.answer(
      id,
      (_, signal) =>
        new Promise((resolve) => {
          signal.addEventListener("abort", () => resolve({ ...refused, name: "connection_failed", status: null }));
        }),
    );
    await test.enqueue(id, "message");
    const node = test.addNode();
    await node.look();
    await expect.poll(() => test.sent.length, patience).toBe(1);
    await node.close(50);
    expect(await test.queue.list({ destinationId: id }, 10)).toMatchObject([
      { state: "waiting", attempts: 0, last: null },
    ]);
    test.answer(id, delivered);
    await test.queue.idle();
    expect(test.sent).toMatchObject([{ number: 1 }, { number: 1 }]);
  });
});

describe("many nodes", () => {
  it("attempt each message once", async () => {
    const ids = await Promise.all(Array.from({ length: 3 }, () => test.addDestination()));
    const nodes = [test.queue, ...Array.from({ length: 3 }, () => test.addNode())];
    for (const id of ids) await test.enqueue(id, ...numbered("message", 100));
    await Promise.all(nodes.map((node) => node.idle()));
    for (const id of ids) {
      expect(
        sentTo(test.sent, id)
          .map(({ messageId }) => messageId)
          .sort(),
      ).toEqual(numbered("message", 100).sort());
    }
    for (const node of nodes.slice(1)) await node.close();
  });
});

describe("a message", () => {
  it("is sent to one destination once, however often it is queued", async () => {
    const [one, other] = [await test.addDestination(), await test.addDestination()];
    await test.enqueue(one, "message");
    await test.enqueue(one, "message");
    await test.enqueue(other, "message");
    await test.queue.idle();
    await test.enqueue(one, "message");
    await test.queue.idle();
    expect(sentTo(test.sent, one)).toHaveLength(1);
    expect(sentTo(test.sent, other)).toHaveLength(1);
  });

  it("is gone with its destination, and with it what waits", async () => {
    const id = await test.addDestination();
    test.answer(id, refused);
    await test.enqueue(id, "message");
    await test.queue.idle();
    await test.queue.removeDestination(test.schema.open().queries, id);
    await test.pass(60_000, 10_000);
    expect(test.sent).toHaveLength(1);
    expect(await test.queue.list({ destinationId: id }, 10)).toEqual([]);
  });

  it("that was given up starts over when it is to be sent anew", async () => {
    const id = await test.addDestination();
    test.answer(id, { ...refused, verdict: "give_up" });
    await test.enqueue(id, "one", "two");
    await test.queue.idle();
    test.answer(id, refused);
    expect(await test.queue.resendSelected({ destinationId: id, messageIds: ["one"] })).toBe(1);
    await test.queue.idle();
    await test.pass(10_000, 1_000);
    expect(test.sent.map(({ messageId, number }) => `${messageId} ${number}`).sort()).toEqual([
      "one 1",
      "one 2",
      "one 3",
      "two 1",
    ]);
  });
});
