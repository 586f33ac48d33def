import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { SessionTimeline, TimelineEntry } from "@holdfast/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { type ConfigInput, parseConfig } from "../config/index.ts";
import { followFeed, type TestFollower } from "../feed/feed.testing.ts";
import { createHoldfast, type Holdfast } from "../holdfast.ts";
import { createLogger } from "../logging/logger.ts";
import { createTestInstance, type TestInstance, testClient } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { startReceiver, type TestReceiver } from "../webhooks/receiver.testing.ts";

const secret = randomBytes(32).toString("base64");
const password = "a-secret-of-24-characters";
const authorization = `Basic ${Buffer.from(`billing-api:${password}`).toString("base64")}`;
const shared: ConfigInput = {
  secret,
  clients: [testClient],
  services: [{ id: "billing-api", secret: password, may: ["follow"] }],
  outbound: { allow: ["127.0.0.0/8"] },
};

let here: TestInstance;
let there: Holdfast;
let receiver: TestReceiver;
const followers: TestFollower[] = [];
beforeAll(async () => {
  here = await createTestInstance({ hasPractice: false, config: shared });
  const config = parseConfig(
    { ...shared, issuer: here.issuer, database: { schema: here.schema, poolSize: 3 } },
    { mode: "development" },
  );
  there = await createHoldfast(config, {
    connection: inject("postgres"),
    clock: here.clock,
    logger: createLogger({ level: "silent" }),
    node: "there",
    background: false,
  });
});
beforeEach(async () => {
  receiver = await startReceiver();
  here.clock.advance(60_000);
});
afterEach(async () => {
  for (const follower of followers.splice(0)) await follower.close();
  for (const { feed } of [here.holdfast, there]) await expect.poll(() => feed.followers).toBe(0);
  for (const { id } of await webhooks().list()) await webhooks().remove(id);
  await receiver.close();
});
afterAll(async () => {
  await there.close();
  await here.close();
});

const webhooks = () => here.holdfast.webhooks;
let people = 0;
const startAda = () => startSession(here, { email: `ada-${people++}@example.com` });
const revoke = (id: string) => here.holdfast.sessions.revoke({ id }, "session_revoked");

async function follow(node: "here" | "there", isNamed: boolean): Promise<TestFollower> {
  const ask = (request: Request) => {
    if (isNamed) request.headers.set("authorization", authorization);
    return node === "here" ? fetch(request) : there.fetch(request);
  };
  const follower = await followFeed(here, { ask });
  followers.push(follower);
  await follower.caughtUp();
  return follower;
}

async function newsOf(sessionId: string): Promise<readonly TimelineEntry[]> {
  // Each node writes down what it told some time later.
  await there.feed.tellings([]);
  const told = await here.holdfast.timeline.explain(sessionId);
  return (told?.entries ?? []).filter(({ type }) => type.startsWith("news."));
}

describe("after the end of a session", () => {
  it("each node's followers are told of, and every webhook, right behind the end", async () => {
    const all = [await follow("here", true), await follow("here", false), await follow("there", true)];
    const { endpoint } = await webhooks().create({ url: `${receiver.url}?token=secret`, events: ["session.*"] });
    const { session } = await startAda();
    await revoke(session.id);
    for (const follower of all) await follower.untilRevoked(session.id);
    await webhooks().catchUp();
    await newsOf(session.id);
    const { entries } = (await here.holdfast.timeline.explain(session.id)) as SessionTimeline;
    // Which of the nodes comes first is up to their names.
    const news = entries.slice(4).sort((one, other) => (one.title < other.title ? -1 : 1));
    expect(news.map(({ title }) => title.replace(/less than 1 ms|\d+ ms/, "N ms"))).toEqual([
      "1 follower of the feed was told N ms later: billing-api (node there)",
      `2 followers of the feed were told N ms later: billing-api and 1 without a name (node ${hostname()}[${process.pid}])`,
      `Webhook ${receiver.url} (endpoint ${endpoint.id}) was told N ms later (204)`,
    ]);
    expect(news.map(({ type, data }) => ({ type, ...data }))).toMatchObject([
      { type: "news.feed", delay_ms: 0, followers: 1, services: { "billing-api": 1 }, anonymous: 0, node: "there" },
      { type: "news.feed", delay_ms: 0, followers: 2, services: { "billing-api": 1 }, anonymous: 1 },
      { type: "news.webhook", state: "told", attempts: 1, receiver: endpoint.id, name: receiver.url, status: 204 },
    ]);
    expect(entries.slice(2, 4).map(({ type }) => type)).toEqual(["grant.revoked", "session.revoked"]);
    expect(JSON.stringify(entries)).not.toContain("token=secret");
  });

  it("the delay counts from the event's own time", async () => {
    const follower = await follow("there", false);
    const { session } = await startAda();
    const at = new Date(here.clock.now() - 340);
    await here.sql("insert into events (at, type, session_id) values ($1, 'session.revoked', $2)", [at, session.id]);
    await follower.untilRevoked(session.id);
    expect(await newsOf(session.id)).toMatchObject([
      {
        at: new Date(here.clock.now()).toISOString(),
        title: "1 follower of the feed was told 340 ms later (node there)",
        data: { delay_ms: 340 },
      },
    ]);
  });

  it("news that came late stands where it came, between what was refused before and after", async () => {
    await webhooks().create({ url: receiver.url, events: ["session.revoked"] });
    const { session } = await startAda();
    await revoke(session.id);
    const refuse = async () => {
      const at = new Date(here.clock.now());
      await here.sql("insert into events (at, type, session_id) values ($1, 'token.refused', $2)", [at, session.id]);
    };
    here.clock.advance(90_000);
    await refuse();
    here.clock.advance(30_000);
    await webhooks().catchUp();
    here.clock.advance(30_000);
    await refuse();
    const { entries } = (await here.holdfast.timeline.explain(session.id)) as SessionTimeline;
    expect(entries.slice(-3)).toMatchObject([
      { type: "token.refused" },
      { type: "news.webhook", severity: "notice", title: expect.stringContaining("was told 2 min later (204)") },
      { type: "token.refused" },
    ]);
  });

  it("what ended with it is one end: a webhook that takes every event is told of once", async () => {
    await webhooks().create({ url: receiver.url, events: ["*"] });
    const { session } = await startAda();
    await revoke(session.id);
    await webhooks().catchUp();
    expect(receiver.received.filter(({ message }) => message.type.endsWith(".revoked"))).toHaveLength(2);
    expect(await newsOf(session.id)).toHaveLength(1);
  });

  it("a webhook that is not told of it, its events being others, is not mentioned", async () => {
    await webhooks().create({ url: receiver.url, events: ["session.started"] });
    const { session } = await startAda();
    await revoke(session.id);
    await webhooks().catchUp();
    expect(receiver.received).toHaveLength(1);
    expect(await newsOf(session.id)).toEqual([]);
  });
});

describe("a webhook", () => {
  async function endWith(...answers: Parameters<TestReceiver["answer"]>) {
    receiver.answer(...answers);
    const { endpoint } = await webhooks().create({ url: receiver.url, events: ["session.revoked"] });
    const { session } = await startAda();
    await revoke(session.id);
    await webhooks().catchUp();
    const news = async () => {
      const [entry] = await newsOf(session.id);
      return { severity: entry?.severity, title: entry?.title.replace(/^.*\) /, ""), data: entry?.data };
    };
    return { endpoint, session, news };
  }

  it("that fails says so, with what it answered and when it is asked again, until it takes the news", async () => {
    const { news } = await endWith(503, 503, 200);
    expect(await news()).toMatchObject({
      severity: "warning",
      title: expect.stringMatching(/^has not answered yet: 1 attempt, last 503, next at \d{4}-\d\d-\d\d /),
      data: { delay_ms: null, state: "waiting", attempts: 1, status: 503, error: "answered 503" },
    });
    here.clock.advance(6_000);
    await webhooks().catchUp();
    expect((await news()).title).toMatch(/^has not answered yet: 2 attempts, last 503/);
    here.clock.advance(400_000);
    await webhooks().catchUp();
    expect(await news()).toMatchObject({ severity: "notice", title: "was told 7 min later, after 3 attempts (200)" });
  });

  it("that is gone is disabled, and was not told", async () => {
    const { news } = await endWith(410);
    expect(await news()).toMatchObject({
      severity: "warning",
      title: "was not told: it is disabled, after 1 attempt, last 410",
      data: { state: "stopped" },
    });
  });

  it("that was told stays told when the message is sent anew", async () => {
    const { endpoint, session, news } = await endWith(200, 500);
    const { title } = await news();
    here.clock.advance(3_600_000);
    const from = new Date(session.createdAt.getTime() - 1_000);
    await webhooks().replay(endpoint.id, { from, to: new Date(here.clock.now()) });
    await webhooks().catchUp();
    expect(receiver.received).toHaveLength(2);
    expect((await news()).title).toBe(title);
  });

  it("that asked to be left alone has not been told, and says when it will be", async () => {
    receiver.answer((response) => response.writeHead(429, { "Retry-After": "60" }).end());
    await webhooks().create({ url: receiver.url, events: ["session.revoked"] });
    const [first, second] = [await startAda(), await startAda()];
    await revoke(first.session.id);
    await webhooks().catchUp();
    await revoke(second.session.id);
    await webhooks().catchUp();
    expect(await newsOf(second.session.id)).toMatchObject([
      {
        severity: "notice",
        title: expect.stringContaining(" has not been told yet, next at "),
        data: { state: "waiting", attempts: 0, next_attempt_at: new Date(here.clock.now() + 60_000).toISOString() },
      },
    ]);
  });
});

it("the person is told how many heard and when, and no name, address or node", async () => {
  const follower = await follow("here", true);
  const { endpoint } = await webhooks().create({ url: receiver.url, events: ["session.revoked"] });
  const ada = await startAda();
  const other = await startSession(here, { email: `ada-${people - 1}@example.com` });
  await revoke(ada.session.id);
  await follower.untilRevoked(ada.session.id);
  await webhooks().catchUp();
  const headers = { cookie: `holdfast_session=${other.cookie}` };
  const answer = await (await fetch(`${here.issuer}/sessions/${ada.session.id}/timeline`, { headers })).text();
  const { entries } = JSON.parse(answer) as SessionTimeline;
  expect(entries.slice(-2).map(({ type, data }) => ({ type, data }))).toEqual([
    { type: "news.feed", data: { delay_ms: 0, followers: 1 } },
    { type: "news.webhook", data: { delay_ms: expect.any(Number), state: "told", attempts: 1 } },
  ]);
  for (const name of ["billing-api", receiver.url, endpoint.id, String(process.pid)])
    expect(answer).not.toContain(name);
});

it("with clocks that run, the delay is what it took", async () => {
  const instance = await createTestInstance({ hasPractice: false, clock: "system", background: true });
  try {
    receiver.answer((response) => void delay(300).then(() => response.writeHead(200).end()));
    await instance.holdfast.webhooks.create({ url: receiver.url, events: ["session.revoked"] });
    const follower = await followFeed(instance);
    await follower.caughtUp();
    const { session } = await startSession(instance);
    const began = performance.now();
    await instance.holdfast.sessions.revoke({ id: session.id }, "signed_out");
    await follower.untilRevoked(session.id);
    const heardWithin = performance.now() - began;
    const tell = async () => (await instance.holdfast.timeline.explain(session.id))?.entries.slice(-2) ?? [];
    await expect.poll(async () => (await tell()).at(-1)?.data, { timeout: 5_000 }).toMatchObject({ state: "told" });
    const [feed, webhook] = (await tell()).map(({ data }) => Number(data.delay_ms));
    expect(feed).toBeLessThanOrEqual(Math.ceil(heardWithin) + 1);
    expect(webhook).toBeGreaterThanOrEqual(299);
    expect(webhook).toBeLessThan(5_000);
    await follower.close();
  } finally {
    await instance.close();
  }
});
