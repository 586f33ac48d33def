import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import {
  call,
  createSignalsInstance,
  eventOf,
  makeStream,
  type PushReceiver,
  startPushReceiver,
  verifySet,
} from "./signals.testing.ts";
import type { StreamStatus } from "./stream.ts";
import { deliveryMethods } from "./stream-request.ts";

let instance: TestInstance;
let receiver: PushReceiver;
beforeAll(async () => {
  instance = await createSignalsInstance();
});
afterAll(() => instance.close());
beforeEach(async () => {
  receiver = await startPushReceiver();
});
afterEach(() => receiver.close());

const signals = () => instance.holdfast.signals;
let people = 0;

async function endSession(): Promise<string> {
  const { session } = await startSession(instance, { email: `person-${people++}@example.com` });
  await instance.holdfast.sessions.revoke({ id: session.id }, "signed_out");
  await signals().catchUp();
  return session.id;
}

const setStatus = (stream_id: string, status: string, reason?: string) =>
  call(instance, "POST /signals/status", { body: { stream_id, status, reason } });
const statusOf = async (stream_id: string) => (await call(instance, `GET /signals/status?stream_id=${stream_id}`)).body;

/** A stream of each method, and what its receiver has heard since it was last asked. */
const methods = {
  async push() {
    const { stream_id } = await makeStream(instance, {
      delivery: { method: deliveryMethods.push, endpoint_url: receiver.url },
    });
    let heard = 0;
    return {
      stream_id,
      async listen() {
        await signals().catchUp();
        const sets = receiver.pushed.slice(heard).map(({ set }) => set);
        heard = receiver.pushed.length;
        return Promise.all(sets.map((set) => verifySet(instance, set)));
      },
    };
  },
  async poll() {
    const { stream_id, delivery } = await makeStream(instance);
    let ack: string[] = [];
    return {
      stream_id,
      async listen() {
        const body = { returnImmediately: true, ack };
        const { sets } = (await call(instance, `POST ${delivery.endpoint_url}`, { body })).body;
        ack = Object.keys(sets);
        return Promise.all(Object.values<string>(sets).map((set) => verifySet(instance, set)));
      },
    };
  },
};

describe.each(["push", "poll"] as const)("a stream by %s", (method) => {
  async function start() {
    const { stream_id, listen } = await methods[method]();
    return { stream_id, listen: async () => (await listen()).map(eventOf) };
  }

  it("is enabled at first", async () => {
    const { stream_id } = await start();
    expect(await statusOf(stream_id)).toEqual({ stream_id, status: "enabled" });
  });

  it("that is paused tells nothing, and everything once it is enabled", async () => {
    const { stream_id, listen } = await start();
    const answer = await setStatus(stream_id, "paused", "We are moving.");
    expect([answer.status, answer.body]).toEqual([200, { stream_id, status: "paused", reason: "We are moving." }]);
    expect(await statusOf(stream_id)).toEqual(answer.body);
    await endSession();
    await endSession();
    expect(await listen()).toEqual([]);
    await setStatus(stream_id, "enabled");
    expect(await statusOf(stream_id)).toEqual({ stream_id, status: "enabled" });
    expect(await listen()).toMatchObject([{ type: "session-revoked" }, { type: "session-revoked" }]);
  });

  it("that is disabled tells nothing, drops what waited, and goes on with what is new", async () => {
    const { stream_id, listen } = await start();
    await setStatus(stream_id, "paused");
    await endSession();
    await setStatus(stream_id, "disabled");
    await endSession();
    expect(await listen()).toEqual([]);
    instance.clock.advance(1_000);
    await setStatus(stream_id, "enabled");
    expect(await listen()).toEqual([]);
    await endSession();
    expect(await listen()).toMatchObject([{ type: "session-revoked" }]);
  });

  it("tells the receiver of what the operator does, before an end and after a beginning", async () => {
    const { stream_id, listen } = await start();
    await signals().setStatus(stream_id, "paused", "Maintenance.");
    await endSession();
    expect(await listen()).toEqual([{ type: "stream-updated", status: "paused", reason: "Maintenance." }]);
    await signals().setStatus(stream_id, "enabled", null);
    expect((await listen()).map(({ type }) => type).sort()).toEqual(["session-revoked", "stream-updated"]);
    await signals().setStatus(stream_id, "disabled", null);
    expect(await listen()).toEqual([{ type: "stream-updated", status: "disabled" }]);
  });

  it("echoes the state of a verification, about the stream itself", async () => {
    const { stream_id, listen } = await methods[method]();
    const state = 'VGhpcyBp "ø\u2028';
    const answer = await call(instance, "POST /signals/verify", { body: { stream_id, state } });
    expect([answer.status, answer.body]).toEqual([204, null]);
    const [set] = await listen();
    expect(set?.claims.sub_id).toEqual({ format: "opaque", id: stream_id });
    expect(set && eventOf(set)).toEqual({ type: "verification", state });
    expect(set?.claims.aud).toBe("receiver");
  });

  it("verifies without a state too, but not again within the interval", async () => {
    const { stream_id, listen } = await start();
    const verify = () => call(instance, "POST /signals/verify", { body: { stream_id } });
    const answers = await Promise.all([verify(), verify(), verify()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 429, 429]);
    expect(answers.find(({ status }) => status === 429)?.headers.get("retry-after")).toBe("30");
    expect(await listen()).toEqual([{ type: "verification" }]);
    instance.clock.advance(30_000);
    expect((await verify()).status).toBe(204);
  });

  it("holds a verification while it is paused, and refuses one while it is disabled", async () => {
    const { stream_id, listen } = await start();
    await setStatus(stream_id, "paused");
    expect((await call(instance, "POST /signals/verify", { body: { stream_id } })).status).toBe(204);
    expect(await listen()).toEqual([]);
    await setStatus(stream_id, "enabled");
    expect(await listen()).toEqual([{ type: "verification" }]);
    await setStatus(stream_id, "disabled");
    instance.clock.advance(60_000);
    expect((await call(instance, "POST /signals/verify", { body: { stream_id } })).status).toBe(400);
  });
});

it("a stream whose receiver takes nothing for days is paused, and nothing that waits is lost", async () => {
  const { stream_id, listen } = await methods.push();
  receiver.answer(500);
  await endSession();
  for (let hour = 0; hour < 90; hour++) {
    instance.clock.advance(3_600_000);
    await signals().catchUp();
    if (hour === 70) await endSession();
  }
  expect(await statusOf(stream_id)).toMatchObject({ status: "paused", reason: expect.stringContaining("60 hours") });
  await listen();
  receiver.answer(202);
  await endSession();
  expect(await listen()).toEqual([]);
  await setStatus(stream_id, "enabled");
  expect((await listen()).map((set) => eventOf(set).type)).toEqual(["session-revoked", "session-revoked"]);
  expect(instance.logged.join()).toContain("is paused: its receiver has taken none for days");
});

it("whoever changes the status at the same time leaves no stream that rests and is pushed to", async () => {
  const { stream_id } = await methods.push();
  const wanted: StreamStatus[] = ["paused", "enabled", "disabled", "enabled", "paused", "enabled", "paused"];
  await Promise.all(wanted.map((status) => setStatus(stream_id, status)));
  const [row] = await instance.sql<{ status: string; rests: boolean }>(
    `select s.status, d.disabled_at is not null as rests
     from signal_streams s join delivery_destinations d using (id) where id = $1`,
    [stream_id],
  );
  expect(row?.rests).toBe(row?.status !== "enabled");
});

describe("a bad request", () => {
  it.each<[string, string, unknown]>([
    ["no status", "/signals/status", {}],
    ["an unknown status", "/signals/status", { status: "asleep" }],
    ["a status in capitals", "/signals/status", { status: "Enabled" }],
    ["a list of statuses", "/signals/status", { status: ["paused"] }],
    ["a reason that is no text", "/signals/status", { status: "paused", reason: {} }],
    ["a long reason", "/signals/status", { status: "paused", reason: "x".repeat(201) }],
    ["a reason with an escape", "/signals/status", { status: "paused", reason: "\u001b[2J" }],
    ["no stream to set", "/signals/status", { status: "paused", stream_id: undefined }],
    ["no stream to verify", "/signals/verify", { stream_id: undefined }],
    ["a state that is no text", "/signals/verify", { state: 7 }],
    ["a long state", "/signals/verify", { state: "x".repeat(2_049) }],
  ])("has %s", async (_, path, change) => {
    const { stream_id } = await methods.poll();
    const answer = await call(instance, `POST ${path}`, { body: { stream_id, ...(change as object) } });
    expect([answer.status, answer.body.code]).toEqual([400, "invalid_request"]);
    expect(await statusOf(stream_id)).toEqual({ stream_id, status: "enabled" });
  });
});
