import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestInstance, type TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { startReceiver, type TestReceiver, verifies } from "./receiver.testing.ts";

let instance: TestInstance;
let receiver: TestReceiver;
beforeAll(async () => {
  instance = await createTestInstance({ hasPractice: false });
});
afterAll(() => instance.close());
beforeEach(async () => {
  receiver = await startReceiver();
  instance.clock.advance(1_000);
});
afterEach(async () => {
  for (const { id } of await webhooks().list()) await webhooks().remove(id);
  await receiver.close();
});

const webhooks = () => instance.holdfast.webhooks;
let people = 0;
const somebody = () => startSession(instance, { email: `person-${people++}@example.com` });
const create = (events = ["session.started"]) => webhooks().create({ url: receiver.url, events });
const idsOf = (received: TestReceiver["received"]) => received.map(({ id }) => id);

describe("a secret", () => {
  it("that was replaced signs beside its successor for as long as was said, and then no more", async () => {
    const { endpoint, secret: former } = await create();
    const { secret } = await webhooks().rotateSecret(endpoint.id, 60);
    expect(secret).not.toBe(former);
    const accepted = async () => {
      await somebody();
      await webhooks().catchUp();
      const last = receiver.received.at(-1);
      return last && [former, secret].map((each) => verifies(last, each));
    };
    expect(await accepted()).toEqual([true, true]);
    instance.clock.advance(61_000);
    expect(await accepted()).toEqual([false, true]);
  });

  it("that has leaked ends at once", async () => {
    const { endpoint, secret: leaked } = await create();
    const { secret } = await webhooks().rotateSecret(endpoint.id, 0);
    await somebody();
    await webhooks().catchUp();
    const [received] = receiver.received;
    expect(received && [leaked, secret].map((each) => verifies(received, each))).toEqual([false, true]);
  });

  it("is nowhere in the database as it is", async () => {
    const { secret } = await create();
    const key = Buffer.from(secret.slice("whsec_".length), "base64");
    const [row] = await instance.sql<{ sealed_key: Buffer }>("select sealed_key from webhook_secrets");
    expect(row?.sealed_key.includes(key)).toBe(false);
    const [dump] = await instance.sql<{ text: string }>(
      "select string_agg(w::text, ' ') as text from webhook_endpoints w",
    );
    expect(dump?.text).not.toContain(secret);
  });

  it("of one endpoint does not work in the place of another's", async () => {
    const [one, other] = [await create(), await create()];
    await instance.sql(
      "update webhook_secrets set sealed_key = (select sealed_key from webhook_secrets where endpoint_id = $1) where endpoint_id = $2",
      [one.endpoint.id, other.endpoint.id],
    );
    expect(await webhooks().test(other.endpoint.id)).toMatchObject({ name: "secret_unreadable", status: null });
    expect(receiver.received).toEqual([]);
  });

  it("may be brought along", async () => {
    const secret = `whsec_${Buffer.alloc(24, 1).toString("base64")}`;
    const made = await webhooks().create({ url: receiver.url, events: ["*"], secret });
    expect(made.secret).toBe(secret);
    await webhooks().test(made.endpoint.id);
    const [received] = receiver.received;
    expect(received && verifies(received, secret)).toBe(true);
  });
});

describe("a test message", () => {
  it("is sent at once, also to an endpoint that is disabled, and is not tried again", async () => {
    const { endpoint } = await create();
    await webhooks().disable(endpoint.id);
    receiver.answer((response) => response.writeHead(500).end("out of order"));
    expect(await webhooks().test(endpoint.id)).toMatchObject({ name: "refused", status: 500, answer: "out of order" });
    await webhooks().enable(endpoint.id);
    instance.clock.advance(3_600_000);
    await webhooks().catchUp();
    expect(receiver.received).toHaveLength(1);
    expect(receiver.received[0]?.message).toMatchObject({ type: "webhook.test", data: { webhook_id: endpoint.id } });
  });

  it("says why there was no answer", async () => {
    const { endpoint } = await create();
    await receiver.close();
    expect(await webhooks().test(endpoint.id)).toMatchObject({ name: "connection_failed", status: null });
    receiver = await startReceiver();
  });
});

describe("an endpoint that is enabled again", () => {
  it("hears of nothing that happened while it was disabled, though nobody had read that yet", async () => {
    const { endpoint } = await create();
    await webhooks().disable(endpoint.id);
    instance.clock.advance(1_000);
    await somebody();
    instance.clock.advance(1_000);
    await webhooks().enable(endpoint.id);
    const { session } = await somebody();
    await webhooks().catchUp();
    expect(receiver.received.map(({ message }) => message.data.session_id)).toEqual([session.id]);
  });

  it("that was enabled all the time misses nothing", async () => {
    const { endpoint } = await create();
    const { session } = await somebody();
    instance.clock.advance(1_000);
    await webhooks().enable(endpoint.id);
    await webhooks().catchUp();
    expect(receiver.received.map(({ message }) => message.data.session_id)).toEqual([session.id]);
  });
});

describe("a replay", () => {
  it("of a range sends what was missed, what was sent before and what was before the endpoint, by the ids of then", async () => {
    const from = new Date(instance.clock.now());
    const before = await somebody();
    instance.clock.advance(1_000);
    const { endpoint } = await create();
    await somebody();
    await webhooks().catchUp();
    const [first] = receiver.received;
    await webhooks().disable(endpoint.id);
    instance.clock.advance(7_200_000);
    const missed = await somebody();
    await webhooks().catchUp();
    await webhooks().enable(endpoint.id);
    const to = new Date(instance.clock.now());
    instance.clock.advance(1_000);
    await somebody();
    await webhooks().catchUp();
    expect(receiver.received).toHaveLength(2);

    expect(await webhooks().replay(endpoint.id, { from, to: new Date(to.getTime() + 1) })).toBe(3);
    await webhooks().catchUp();
    const replayed = receiver.received.slice(2);
    expect(replayed.map(({ message }) => message.data.session_id)).toEqual(
      expect.arrayContaining([before.session.id, missed.session.id]),
    );
    expect(idsOf(replayed)).toContain(first?.id);
    expect(new Set(idsOf(replayed)).size).toBe(3);
  });

  it("of what is on its way already sends nothing twice", async () => {
    const from = new Date(instance.clock.now());
    const { endpoint } = await create();
    receiver.answer(500);
    await somebody();
    await webhooks().catchUp();
    expect(await webhooks().replay(endpoint.id, { from, to: new Date(instance.clock.now() + 1) })).toBe(0);
  });

  it("of messages by their ids sends those", async () => {
    const { endpoint } = await create();
    for (let count = 0; count < 3; count++) await somebody();
    await webhooks().catchUp();
    const [, wanted] = idsOf(receiver.received);
    expect(await webhooks().replay(endpoint.id, { messageIds: [wanted ?? "", "evt_unknown"] })).toBe(1);
    await webhooks().catchUp();
    expect(idsOf(receiver.received.slice(3))).toEqual([wanted]);
  });

  it("of many lines, more than a page, misses none", async () => {
    const { endpoint } = await create(["user.disabled"]);
    await webhooks().disable(endpoint.id);
    const from = new Date(instance.clock.now());
    await instance.sql(
      `insert into events (at, type, user_id) select $1::timestamptz + n * interval '1 ms' / 10, 'user.disabled', gen_random_uuid()
       from generate_series(0, 1199) n`,
      [from],
    );
    const to = new Date(from.getTime() + 1_000);
    expect(await webhooks().replay(endpoint.id, { from, to })).toBe(1_200);
  });
});
