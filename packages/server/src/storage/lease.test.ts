import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestSchema, type TestSchema } from "./database.testing.ts";
import type { Database } from "./database.ts";
import { takeLease } from "./lease.ts";

let schema: TestSchema;
let one: Database;
let other: Database;
beforeAll(() => {
  schema = createTestSchema();
  [one, other] = [schema.open(), schema.open()];
});
afterAll(() => schema.close());

it("is one node's at a time, and the next one's once it is released", async () => {
  const lease = await takeLease(one, "holdfast.test");
  expect(lease).not.toBeNull();
  expect(await takeLease(other, "holdfast.test")).toBeNull();
  await lease?.release();
  const next = await takeLease(other, "holdfast.test");
  expect(next).not.toBeNull();
  await next?.release();
});

it("of another name or another schema has nothing to do with it", async () => {
  const far = schema.open(`${schema.name}_far`);
  const leases = [
    await takeLease(one, "holdfast.test"),
    await takeLease(one, "holdfast.other"),
    await takeLease(far, "holdfast.test"),
  ];
  expect(leases).not.toContain(null);
  for (const lease of leases) await lease?.release();
});

it("is lost by a node from which PostgreSQL hears nothing, which then learns that it is", async () => {
  const frozen = await takeLease(one, "holdfast.test", { idleLimitMs: 50 });
  await expect.poll(async () => (await takeLease(other, "holdfast.test"))?.release().then(() => "taken")).toBe("taken");
  await expect(frozen?.renew()).rejects.toThrow();
  await frozen?.release();
});

it("is kept by a node that renews it", async () => {
  const lease = await takeLease(one, "holdfast.test", { idleLimitMs: 300 });
  const until = performance.now() + 900;
  while (performance.now() < until) {
    await lease?.renew();
    expect(await takeLease(other, "holdfast.test")).toBeNull();
  }
  await lease?.release();
});
