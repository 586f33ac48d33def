import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createTestQueue, delivered, refused, sentTo, type TestQueue } from "./deliveries.testing.ts";

const minute = 60_000;
const hour = 60 * minute;

let test: TestQueue;
beforeEach(async () => {
  test = await createTestQueue();
});
afterEach(async () => {
  expect(test.errors).toEqual([]);
  await test.close();
});

const numbered = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name} ${index}`);

describe("a destination that is down", () => {
  it("for a day gets everything once it is back, each message once, and nobody else notices", async () => {
    const [down, well] = [await test.addDestination(), await test.addDestination()];
    test.answer(down, refused);
    for (let round = 0; round < 24; round++) {
      await test.enqueue(down, `during ${round}`);
      await test.enqueue(well, `during ${round}`);
      await test.queue.idle();
      await test.pass(hour, 10 * minute);
    }
    expect(sentTo(test.sent, well).map(({ messageId }) => messageId)).toEqual(numbered("during", 24));
    expect(sentTo(test.sent, well).map(({ at }) => at % hour)).toEqual(Array(24).fill(0));

    test.answer(down, delivered);
    const before = test.sent.length;
    await test.enqueue(down, "after");
    await test.queue.idle();
    const after = test.sent.slice(before).map(({ messageId }) => messageId);
    expect([...after].sort()).toEqual([...numbered("during", 24), "after"].sort());
    await test.pass(100 * hour, 10 * hour);
    expect(test.sent.length).toBe(before + 25);
    const log = await test.queue.list({ destinationId: down }, 100);
    expect(log.every(({ state }) => state === "delivered")).toBe(true);
  }, 60_000);

  it("is attempted ten times over about 75 hours, and then the message is given up", async () => {
    const id = await test.addDestination();
    test.answer(id, refused);
    await test.enqueue(id, "message");
    await test.queue.idle();
    await test.pass(20_000, 1_000);
    await test.pass(80 * hour, 5 * minute);
    const hours = test.sent.map(({ at }) => Math.round((at / hour) * 10) / 10);
    expect(hours).toEqual([0, 0, 0.1, 0.6, 2.6, 7.6, 17.6, 31.6, 51.6, 75.6]);
    expect(await test.queue.list({ destinationId: id }, 10)).toMatchObject([
      { state: "failed", attempts: 10, nextAttemptAt: null, last: { number: 10, status: 500 } },
    ]);
    expect(test.news).toEqual([`failing ${id}`, `disabled ${id}: failing`]);
  }, 60_000);

  it("is told of once, after an hour, and again only after it has worked in between", async () => {
    const id = await test.addDestination();
    test.answer(id, refused);
    await test.enqueue(id, "first");
    await test.queue.idle();
    await test.pass(20_000, 5_000);
    await test.pass(50 * minute, 5 * minute);
    expect(test.news).toEqual([]);
    await test.pass(20 * hour, hour);
    expect(test.news).toEqual([`failing ${id}`]);
    test.answer(id, delivered);
    await test.enqueue(id, "second");
    await test.queue.idle();
    test.answer(id, refused);
    await test.enqueue(id, "third");
    await test.queue.idle();
    await test.pass(20_000, 5_000);
    await test.pass(10 * hour, hour);
    expect(test.news).toEqual([`failing ${id}`, `failing ${id}`]);
  }, 60_000);

  it("gets nothing while it is disabled, and what waited when it is enabled again", async () => {
    const id = await test.addDestination();
    const { queries } = test.schema.open();
    expect(await test.queue.disableDestination(queries, id, "operator")).toBe(true);
    expect(await test.queue.disableDestination(queries, id, "operator")).toBe(false);
    await test.enqueue(id, "held");
    await test.queue.idle();
    expect(test.sent).toEqual([]);
    await test.queue.enableDestination(queries, id);
    await test.queue.idle();
    expect(test.sent).toMatchObject([{ messageId: "held", number: 1 }]);
  });

  it("keeps its message's attempts for it, while it takes others", async () => {
    const id = await test.addDestination();
    test.answer(id, async ({ messageId }) => (messageId === "poison" ? refused : delivered));
    await test.enqueue(id, "poison");
    await test.queue.idle();
    // A success in between, again and again, does not bring the other message forward.
    for (let round = 0; round < 30; round++) {
      await test.pass(minute, 10_000);
      await test.enqueue(id, `good ${round}`);
      await test.queue.idle();
    }
    expect(test.sent.filter(({ messageId }) => messageId === "poison")).toHaveLength(3);
  }, 30_000);
});

describe("a destination that asks for patience", () => {
  it.each([429, 502, 504])(
    "by %i is left alone for longer and longer, and so are its other messages",
    async (status) => {
      const id = await test.addDestination();
      test.answer(id, { ...refused, verdict: "slow_down", status });
      await test.enqueue(id, ...numbered("message", 8));
      await test.queue.idle();
      // It did well so far, and gets several at once. Then one at a time, to see whether it is better.
      const seconds = () => test.sent.map(({ at }) => at / 1_000);
      expect(seconds()).toEqual(Array(8).fill(0));
      await test.pass(100_000, 1_000);
      expect(seconds()).toEqual([...Array(8).fill(0), 10, 20, 40, 80]);
    },
  );

  it("with Retry-After is left alone until then, and not asked earlier by any message", async () => {
    const id = await test.addDestination();
    test.answer(id, { ...refused, status: 503, retryAfterMs: 10 * minute });
    await test.enqueue(id, "first");
    await test.queue.idle();
    await test.enqueue(id, "second");
    await test.pass(10 * minute - 1_000, 30_000);
    expect(test.sent).toHaveLength(1);
    test.answer(id, delivered);
    await test.pass(2_000, 1_000);
    expect(test.sent.map(({ messageId }) => messageId).sort()).toEqual(["first", "first", "second"]);
  });

  it("does not slow down the others", async () => {
    const [slow, well] = [await test.addDestination(), await test.addDestination()];
    test.answer(slow, { ...refused, verdict: "slow_down", status: 429 });
    for (let round = 0; round < 5; round++) {
      await test.enqueue(slow, `message ${round}`);
      await test.enqueue(well, `message ${round}`);
      await test.queue.idle();
    }
    expect(sentTo(test.sent, slow)).toHaveLength(1);
    expect(sentTo(test.sent, well)).toHaveLength(5);
  });
});

it("a message that will never be taken is given up at once, and says nothing about its destination", async () => {
  const id = await test.addDestination();
  test.answer(id, { ...refused, verdict: "give_up", status: 400 });
  await test.enqueue(id, "message");
  await test.queue.idle();
  expect(await test.queue.list({ destinationId: id }, 1)).toMatchObject([{ state: "failed", attempts: 1 }]);
  test.answer(id, delivered);
  await test.enqueue(id, "next");
  await test.queue.idle();
  expect(test.news).toEqual([]);
  expect(test.sent).toHaveLength(2);
});
