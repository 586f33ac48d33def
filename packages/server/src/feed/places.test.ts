import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { createTestInstance, type TestInstance } from "../testing/instance.ts";
import { followFeed, type TestFollower } from "./feed.testing.ts";

let instance: TestInstance;
const followers: TestFollower[] = [];
beforeAll(async () => {
  const config = { feed: { maxFollowers: 3 }, trustedProxies: 1 };
  instance = await createTestInstance({ hasPractice: false, config });
});
afterEach(async () => {
  for (const follower of followers.splice(0)) await follower.close();
  await expect.poll(() => instance.holdfast.feed.followers).toBe(0);
});
afterAll(() => instance.close());

async function followFrom(address: string): Promise<TestFollower> {
  const ask = (request: Request) => {
    request.headers.set("X-Forwarded-For", address);
    return fetch(request);
  };
  const follower = await followFeed(instance, { ask });
  followers.push(follower);
  await follower.caughtUp();
  return follower;
}

it("whoever takes every place keeps nobody out who has none: the newest of theirs goes", async () => {
  await followFrom("192.0.2.1");
  await followFrom("192.0.2.1");
  const newest = await followFrom("192.0.2.1");
  await followFrom("192.0.2.2");
  await newest.ended;
  expect(instance.holdfast.feed.followers).toBe(3);
});

it("places change hands only where they are unevenly spread, so that nobody is pushed out in turn", async () => {
  for (const address of ["192.0.2.1", "192.0.2.1", "192.0.2.2"]) await followFrom(address);
  await expect(followFrom("192.0.2.1")).rejects.toThrow("429");
  await expect(followFrom("192.0.2.2")).rejects.toThrow("429");
  await followFrom("192.0.2.3");
  await expect(followFrom("192.0.2.4")).rejects.toThrow("429");
  expect(instance.holdfast.feed.followers).toBe(3);
});

it("an IPv6 network counts as one", async () => {
  for (const host of ["1", "2", "3"]) await followFrom(`2001:db8:0:7::${host}`);
  await expect(followFrom("2001:db8:0:7::4")).rejects.toThrow("429");
  await followFrom("192.0.2.1");
});
