import { expect, test } from "vitest";
import { createGate } from "./gate.ts";

test("lets so many at a time, the others in their order, and goes on after a failure", async () => {
  const gate = createGate({ places: 2 });
  const begun: number[] = [];
  const endings: PromiseWithResolvers<void>[] = [];
  const works = Array.from({ length: 5 }, (_, index) => {
    const ending = Promise.withResolvers<void>();
    endings.push(ending);
    return gate(async () => {
      begun.push(index);
      await ending.promise;
      return index;
    });
  });
  await Promise.resolve();
  expect(begun).toEqual([0, 1]);
  endings[1]?.reject(new Error("no"));
  await expect(works[1]).rejects.toThrow("no");
  expect(begun).toEqual([0, 1, 2]);
  for (const ending of endings) ending.resolve();
  expect(await Promise.all(works.filter((_, index) => index !== 1))).toEqual([0, 2, 3, 4]);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  expect(await gate(async () => "free again")).toBe("free again");
});
