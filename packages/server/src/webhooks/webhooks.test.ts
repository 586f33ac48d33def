import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestInstance, type TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { startReceiver, type TestReceiver, typesOf, verifies } from "./receiver.testing.ts";

let instance: TestInstance;
let receiver: TestReceiver;
beforeAll(async () => {
  instance = await createTestInstance({ hasPractice: false });
});
afterAll(() => instance.close());
beforeEach(async () => {
  receiver = await startReceiver();
  // What was before is over: the clock does not move by itself.
  instance.clock.advance(1_000);
});
afterEach(async () => {
  for (const { id } of await instance.holdfast.webhooks.list()) await instance.holdfast.webhooks.remove(id);
  await receiver.close();
});

const webhooks = () => instance.holdfast.webhooks;
let people = 0;
const somebody = () => startSession(instance, { email: `person-${people++}@example.com` });

describe("a message", () => {
  it("tells of what happened, signed so that the library of Standard Webhooks accepts it", async () => {
    const { secret } = await webhooks().create({ url: receiver.url, events: ["session.started"] });
    const { session } = await somebody();
    await webhooks().catchUp();
    const [received] = receiver.received;
    if (!received) throw new Error("nothing was received");
    expect(received.message).toEqual({
      id: received.id,
      type: "session.started",
      timestamp: session.createdAt.toISOString(),
      version: 1,
      data: {
        session_id: session.id,
        user_id: session.userId,
        request_id: "test",
        provider: "test",
        address: "192.0.2.1",
        user_agent: "test",
      },
    });
    expect(received.headers).toMatchObject({
      "content-type": "application/json",
      "user-agent": `Holdfast (${instance.issuer})`,
    });
    expect(received.id).toMatch(/^evt_[A-Za-z0-9_-]{22}$/);
    expect(verifies(received, secret)).toBe(true);
  });

  it("is not accepted with another endpoint's secret, nor when a byte was changed", async () => {
    const { secret } = await webhooks().create({ url: receiver.url, events: ["session.started"] });
    const other = await webhooks().create({ url: receiver.url, events: ["session.expired"] });
    await somebody();
    await webhooks().catchUp();
    const [received] = receiver.received;
    if (!received) throw new Error("nothing was received");
    expect(verifies(received, other.secret)).toBe(false);
    expect(verifies({ ...received, body: received.body.replace("test", "tesu") }, secret)).toBe(false);
    const headers = { ...received.headers, "webhook-id": "evt_other" };
    expect(verifies({ ...received, headers }, secret)).toBe(false);
  });

  it("never holds a token", async () => {
    await webhooks().create({ url: receiver.url, events: ["*"] });
    const { refreshToken, answer, cookie } = await somebody();
    await instance.holdfast.fetch(
      new Request(`${instance.issuer}/refresh`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ client_id: "app", refresh_token: refreshToken }),
      }),
    );
    await webhooks().catchUp();
    const all = receiver.received.map(({ body, headers }) => body + JSON.stringify(headers)).join();
    expect(receiver.received.length).toBeGreaterThan(2);
    for (const secret of [refreshToken, answer.access_token, cookie]) expect(all).not.toContain(secret);
  });
});

describe("an attempt that fails", () => {
  it("is followed by another with the same id, a fresh timestamp and a signature over it", async () => {
    const { secret, endpoint } = await webhooks().create({ url: receiver.url, events: ["session.started"] });
    receiver.answer(500, 204);
    await somebody();
    await webhooks().catchUp();
    instance.clock.advance(6_000);
    await webhooks().catchUp();
    const [first, second] = receiver.received;
    if (!first || !second) throw new Error("there were no two attempts");
    expect(second.id).toBe(first.id);
    expect(second.body).toBe(first.body);
    expect(second.timestamp).toBe(first.timestamp + 6);
    expect(verifies(second, secret)).toBe(true);
    expect(await webhooks().deliveries({ destinationId: endpoint.id }, 10)).toMatchObject([
      { state: "delivered", attempts: 2, last: { number: 2, outcome: "delivered", status: 204, error: null } },
    ]);
  });

  it("stands in the log with what was answered, but only its beginning and nothing that a terminal would obey", async () => {
    const { endpoint } = await webhooks().create({ url: receiver.url, events: ["session.started"] });
    receiver.answer((response) => response.writeHead(400).end(`\u001b[31mno\u0000 ${"x".repeat(50_000)}`));
    await somebody();
    await webhooks().catchUp();
    const [delivery] = await webhooks().deliveries({ destinationId: endpoint.id }, 10);
    const [attempt] = await webhooks().attempts(delivery?.id ?? "");
    expect(attempt).toMatchObject({ number: 1, outcome: "refused", status: 400, error: "answered 400" });
    expect(attempt?.answer).toMatch(/^ \[31mno {2}x+$/);
    expect(attempt?.answer).toHaveLength(1_000);
  });

  it.each<[string, number, object]>([
    ["a redirect, which is not followed", 307, { outcome: "refused", status: 307 }],
    ["not found", 404, { outcome: "refused", status: 404 }],
    ["an error", 500, { outcome: "refused", status: 500 }],
  ])("is what %s is", async (_, status, expected) => {
    const { endpoint } = await webhooks().create({ url: receiver.url, events: ["session.started"] });
    receiver.answer((response) => response.writeHead(status, { Location: `${receiver.url}/elsewhere` }).end());
    await somebody();
    await webhooks().catchUp();
    const logged = await webhooks().deliveries({ destinationId: endpoint.id }, 10);
    expect(logged).toMatchObject([{ state: "waiting", attempts: 1, last: expected }]);
    expect(receiver.received.map(({ path }) => path)).toEqual(["/hooks"]);
  });

  it.each([200, 201, 202, 204, 299])("is not what %i is", async (status) => {
    const { endpoint } = await webhooks().create({ url: receiver.url, events: ["session.started"] });
    receiver.answer(status);
    await somebody();
    await webhooks().catchUp();
    expect(await webhooks().deliveries({ destinationId: endpoint.id }, 10)).toMatchObject([{ state: "delivered" }]);
  });
});

describe("an endpoint that answers 410", () => {
  it("is disabled at once, with an event that others hear", async () => {
    const witness = await startReceiver();
    const { endpoint } = await webhooks().create({ url: receiver.url, events: ["session.started"] });
    await webhooks().create({ url: witness.url, events: ["webhook.*"] });
    receiver.answer(410);
    await somebody();
    await somebody();
    await webhooks().catchUp();
    await webhooks().catchUp();
    expect(await webhooks().find(endpoint.id)).toMatchObject({ disabledReason: "gone" });
    expect(witness.received.map(({ message }) => [message.type, message.data])).toEqual([
      ["webhook.disabled", { webhook_id: endpoint.id, reason: "gone" }],
    ]);
    const before = receiver.received.length;
    await somebody();
    await webhooks().catchUp();
    expect(receiver.received).toHaveLength(before);
    await witness.close();
  });
});

describe("what an endpoint hears", () => {
  it.each<[string[], string[]]>([
    [["session.started"], ["session.started"]],
    [["session.*"], ["session.started", "session.revoked"]],
    [
      ["grant.revoked", "session.revoked"],
      ["grant.revoked", "session.revoked"],
    ],
    [
      ["user.*", "account.created"],
      ["user.created", "account.created"],
    ],
  ])("with %j is %j of a session's life", async (events, expected) => {
    await webhooks().create({ url: receiver.url, events });
    const { session } = await somebody();
    await instance.holdfast.sessions.revoke({ id: session.id }, "session_revoked");
    await webhooks().catchUp();
    expect(typesOf(receiver.received).sort()).toEqual([...expected].sort());
  });

  it("is only of its clients and accounts, where it asks for some", async () => {
    const first = await somebody();
    const second = await somebody();
    const filters = [{ clients: ["app"] }, { accounts: [second.account.id] }, { clients: ["app"], accounts: [] }];
    for (const [index, filter] of filters.entries()) {
      await webhooks().create({
        url: `${receiver.url}/${index}`,
        events: ["grant.revoked", "session.revoked"],
        ...filter,
      });
    }
    for (const { session } of [first, second]) {
      await instance.holdfast.sessions.revoke({ id: session.id }, "session_revoked");
    }
    await webhooks().catchUp();
    const heard = (path: string) =>
      receiver.received
        .filter((each) => each.path.endsWith(path))
        .map(({ message }) => [message.type, message.data.account_id])
        .sort();
    const both = [first, second].map(({ account }) => ["grant.revoked", account.id]).sort();
    expect(heard("/0")).toEqual(both);
    expect(heard("/1")).toEqual([["grant.revoked", second.account.id]]);
    expect(heard("/2")).toEqual(both);
  });

  it("begins with it: nothing from before", async () => {
    await somebody();
    instance.clock.advance(1_000);
    await webhooks().create({ url: receiver.url, events: ["session.started"] });
    await webhooks().catchUp();
    expect(receiver.received).toEqual([]);
  });

  it("is also of refreshes, which no index leads to", async () => {
    await webhooks().create({ url: receiver.url, events: ["session.refreshed"] });
    const { refreshToken, session } = await somebody();
    await instance.holdfast.fetch(
      new Request(`${instance.issuer}/refresh`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ client_id: "app", refresh_token: refreshToken }),
      }),
    );
    await webhooks().catchUp();
    expect(receiver.received.map(({ message }) => message)).toMatchObject([
      {
        type: "session.refreshed",
        data: { session_id: session.id, client_id: "app", verdict: "rotated", presented: 1 },
      },
    ]);
  });
});
