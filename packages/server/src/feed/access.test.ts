import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { ConfigInput } from "../config/index.ts";
import { createTestInstance, type TestInstance } from "../testing/instance.ts";
import { followFeed, type TestFollower } from "./feed.testing.ts";

const secret = "a-secret-of-24-characters";
const services: ConfigInput["services"] = [
  { id: "billing-api", secret, may: ["follow"] },
  { id: "search-api", secret: `${secret}!`, may: ["follow"] },
  { id: "back-office", secret: `${secret}?`, may: ["revoke"] },
];
const basic = (id: string, password: string) =>
  `Basic ${Buffer.from(`${id}:${encodeURIComponent(password)}`).toString("base64")}`;
const billing = basic("billing-api", secret);
const search = basic("search-api", `${secret}!`);

const instances: TestInstance[] = [];
const followers: TestFollower[] = [];
afterEach(async () => {
  for (const follower of followers.splice(0)) await follower.close();
  for (const instance of instances) await expect.poll(() => instance.holdfast.feed.followers).toBe(0);
});
afterAll(async () => {
  for (const instance of instances) await instance.close();
});

async function start(feed: ConfigInput["feed"]): Promise<TestInstance> {
  const instance = await createTestInstance({ hasPractice: false, config: { feed, services } });
  instances.push(instance);
  return instance;
}

async function follow(instance: TestInstance, authorization?: string): Promise<TestFollower> {
  const ask = (request: Request) => {
    if (authorization !== undefined) request.headers.set("authorization", authorization);
    return fetch(request);
  };
  const follower = await followFeed(instance, { ask });
  followers.push(follower);
  await follower.caughtUp();
  return follower;
}

const refused: [string, string | undefined, number, string][] = [
  ["nothing", undefined, 401, "service_authentication_failed"],
  ["a wrong secret", basic("billing-api", "wrong"), 401, "service_authentication_failed"],
  ["an unknown service", basic("nobody", secret), 401, "service_authentication_failed"],
  ["a bearer token", "Bearer abc", 401, "service_authentication_failed"],
  ["an empty header", "", 401, "service_authentication_failed"],
  ["a service that may not follow", basic("back-office", `${secret}?`), 403, "service_forbidden"],
];

describe("a feed for services", () => {
  it.each(refused)(
    "is closed to whoever brings %s, as a stream and as an answer",
    async (_, authorization, status, code) => {
      const instance = instances[0] ?? (await start({ access: "services" }));
      for (const [query, method] of [
        ["", "GET"],
        ["?wait=0", "GET"],
        ["", "HEAD"],
      ] as const) {
        const headers = authorization === undefined ? {} : { authorization };
        const response = await fetch(`${instance.issuer}/feed${query}`, { headers, method });
        expect(response.status).toBe(status);
        if (method === "GET") expect(await response.json()).toMatchObject({ code });
        expect(response.headers.has("www-authenticate")).toBe(status === 401);
      }
      expect(instance.holdfast.feed.followers).toBe(0);
    },
  );

  it("is open to a service that may follow, and its name stands in the figures", async () => {
    const instance = instances[0] ?? (await start({ access: "services" }));
    await follow(instance, billing);
    const figures = await instance.holdfast.metrics.text();
    expect(figures).toContain('holdfast_feed_followers{kind="stream",service="billing-api"} 1');
    const answer = await fetch(`${instance.issuer}/feed?wait=0`, { headers: { authorization: billing } });
    expect(answer.status).toBe(200);
  });
});

describe("a public feed", () => {
  it("still refuses credentials that are wrong, rather than to take a service for anybody", async () => {
    const instance = await start({ maxFollowers: 3 });
    for (const [, authorization, status] of refused.slice(1)) {
      const response = await fetch(`${instance.issuer}/feed?wait=0`, {
        headers: { authorization: authorization ?? "" },
      });
      expect(response.status).toBe(status);
    }
  });

  it("gives a service the place of somebody without a name, and never the other way round", async () => {
    const instance = await start({ maxFollowers: 2 });
    await follow(instance);
    const newest = await follow(instance);
    await follow(instance, billing);
    await newest.ended;
    const other = followers[0] as TestFollower;
    await follow(instance, search);
    await other.ended;
    await expect(follow(instance)).rejects.toThrow("429");
    expect(instance.holdfast.feed.followers).toBe(2);
    const figures = await instance.holdfast.metrics.text();
    expect(figures).toContain('holdfast_feed_ended_total{reason="displaced"} 2');
  });

  it("shares places evenly among services", async () => {
    const instance = await start({ maxFollowers: 3 });
    await follow(instance, billing);
    await follow(instance, billing);
    const newest = await follow(instance, billing);
    await follow(instance, search);
    await newest.ended;
    await expect(follow(instance, billing)).rejects.toThrow("429");
    await expect(follow(instance, search)).rejects.toThrow("429");
  });
});
