import { expect, it } from "vitest";
import { createTurns } from "./turns.ts";

it("runs so many at a time, all of them, in order, whether or not they succeed", async () => {
  const turns = createTurns(2);
  let running = 0;
  let most = 0;
  const order: number[] = [];
  const all = Array.from({ length: 9 }, (_, index) =>
    turns(async () => {
      most = Math.max(most, ++running);
      order.push(index);
      await new Promise(setImmediate);
      running -= 1;
      if (index % 3 === 0) throw new Error(`work ${index}`);
      return index;
    }),
  );
  const results = await Promise.allSettled(all);
  expect(most).toBe(2);
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(results.map(({ status }) => status === "fulfilled")).toEqual(results.map((_, index) => index % 3 !== 0));
  expect(await turns(async () => "still works")).toBe("still works");
});
