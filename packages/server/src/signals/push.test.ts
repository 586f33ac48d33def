import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import {
  addNode,
  bothEvents,
  call,
  createSignalsInstance,
  eventOf,
  makeStream,
  type PushReceiver,
  startPushReceiver,
  verifySet,
} from "./signals.testing.ts";
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
const push = (more = {}) => ({
  delivery: { method: deliveryMethods.push, endpoint_url: receiver.url, ...more },
});
let people = 0;
const somebody = () => startSession(instance, { email: `person-${people++}@example.com` });

async function endSession(reason: "signed_out" | "session_revoked" = "signed_out") {
  const started = await somebody();
  await instance.holdfast.sessions.revoke({ id: started.session.id }, reason);
  return started;
}

const logOf = (destinationId: string) => signals().deliveries({ destinationId }, 10);

describe("a push", () => {
  it("brings the end of a session as a SET that the published keys verify", async () => {
    await makeStream(instance, push());
    const { session } = await endSession();
    await signals().catchUp();
    const [pushed, ...others] = receiver.pushed;
    if (!pushed) throw new Error("nothing was pushed");
    expect(others).toEqual([]);
    expect(pushed.method).toBe("POST");
    expect(pushed.headers).toMatchObject({
      "content-type": "application/secevent+jwt",
      accept: "application/json",
      "user-agent": `Holdfast (${instance.issuer})`,
    });
    expect(pushed.headers.authorization).toBeUndefined();
    const { header, claims } = await verifySet(instance, pushed.set);
    expect(header).toEqual({ alg: "RS256", typ: "secevent+jwt", kid: expect.any(String) });
    const seconds = Math.floor(instance.clock.now() / 1000);
    expect(claims).toEqual({
      iss: instance.issuer,
      jti: expect.stringMatching(/^[\w-]{22}$/),
      iat: seconds,
      aud: "receiver",
      txn: expect.stringMatching(/^[\w-]{22}$/),
      sub_id: {
        format: "complex",
        session: { format: "opaque", id: session.id },
        user: { format: "iss_sub", iss: instance.issuer, sub: session.userId },
      },
      events: {
        "https://schemas.openid.net/secevent/caep/event-type/session-revoked": {
          event_timestamp: seconds,
          initiating_entity: "user",
          reason_admin: { en: "The person signed out." },
        },
      },
    });
  });

  it("brings another role as the claims that changed, for the account where they did", async () => {
    await makeStream(instance, push());
    const { account, session } = await somebody();
    await instance.holdfast.accounts.changeRole(account.id, session.userId, "member");
    await signals().catchUp();
    const [set] = await Promise.all(receiver.pushed.map((each) => verifySet(instance, each.set)));
    if (!set) throw new Error("nothing was pushed");
    expect(set.claims.sub_id).toEqual({
      format: "complex",
      user: { format: "iss_sub", iss: instance.issuer, sub: session.userId },
      tenant: { format: "opaque", id: account.id },
    });
    expect(eventOf(set)).toEqual({
      type: "token-claims-change",
      event_timestamp: Math.floor(instance.clock.now() / 1000),
      initiating_entity: "admin",
      reason_admin: { en: "The person has another role in the account." },
      claims: { role: "member" },
    });
  });

  it("brings only what was asked for, and nothing from before the stream", async () => {
    await endSession();
    await makeStream(instance, {
      ...push(),
      events_requested: ["https://schemas.openid.net/secevent/caep/event-type/token-claims-change"],
    });
    await endSession();
    await signals().catchUp();
    expect(receiver.pushed).toEqual([]);
  });

  it("tells two streams of one event by two tokens with one txn", async () => {
    await makeStream(instance, push());
    const other = await startPushReceiver();
    await makeStream(instance, { delivery: { method: deliveryMethods.push, endpoint_url: other.url } }, "other");
    await endSession();
    await signals().catchUp();
    const [one, two] = await Promise.all(
      [receiver, other].map(async ({ pushed: [first] }) => (await verifySet(instance, first?.set ?? "")).claims),
    );
    expect([one?.aud, two?.aud]).toEqual(["receiver", "other"]);
    expect(one?.jti).not.toBe(two?.jti);
    expect(one?.txn).toBe(two?.txn);
    await other.close();
    const [stream] = (await call(instance, "GET /signals/streams", { as: "other" })).body;
    await call(instance, `DELETE /signals/streams?stream_id=${stream.stream_id}`, { as: "other" });
  });

  it("carries the authorization header that the receiver wants, which the database holds sealed only", async () => {
    const header = "Bearer a-token-of-the-receiver";
    const stream = await makeStream(instance, push({ authorization_header: header }));
    expect(JSON.stringify(stream)).not.toContain(header);
    const rows = await instance.sql<{ sealed: string }>(
      "select encode(sealed_authorization, 'escape') as sealed from signal_streams where id = $1",
      [stream.stream_id],
    );
    expect(rows[0]?.sealed.length).toBeGreaterThan(header.length);
    expect(rows[0]?.sealed).not.toContain("receiver");
    await endSession();
    await signals().catchUp();
    expect(receiver.pushed.map(({ headers }) => headers.authorization)).toEqual([header]);
  });
});

describe("what a receiver answers", () => {
  it.each<[string, number, string, object]>([
    ["202", 202, "", { state: "delivered", last: { outcome: "accepted", status: 202, error: null } }],
    ["a page that takes anything", 200, "<html>", { state: "waiting", last: { outcome: "refused", status: 200 } }],
    ["204", 204, "", { state: "waiting", last: { error: "answered 204" } }],
    ["an error of its own", 500, "", { state: "waiting", last: { error: "answered 500" } }],
    ["an unknown address", 404, "", { state: "waiting", last: { error: "answered 404" } }],
    ["a redirect, which is not followed", 302, "", { state: "waiting", last: { error: "answered 302" } }],
    [
      "an error in the SET",
      400,
      '{"err":"invalid_key","description":"Key ID 12345 is unknown."}',
      { state: "failed", last: { outcome: "refused", status: 400, error: "invalid_key: Key ID 12345 is unknown." } },
    ],
    [
      "one without a description",
      400,
      '{"err":"invalid_request"}',
      { state: "failed", last: { error: "invalid_request" } },
    ],
    [
      "one that it made up",
      400,
      '{"err":"no\\u001b[31mthanks"}',
      { state: "failed", last: { error: "no [31mthanks" } },
    ],
    [
      "that we did not prove who we are",
      400,
      '{"err":"authentication_failed","description":"?"}',
      { state: "waiting", last: { error: "authentication_failed: ?" } },
    ],
    ["that we may not", 400, '{"err":"access_denied"}', { state: "waiting", last: { error: "access_denied" } }],
    ["400 of a proxy", 400, "<html>Bad request</html>", { state: "waiting", last: { error: "answered 400" } }],
    ["400 with other JSON", 400, '{"err":7}', { state: "waiting", last: { error: "answered 400" } }],
  ])("%s", async (_, status, body, expected) => {
    const { stream_id } = await makeStream(instance, push());
    receiver.answer(status, body, status === 302 ? { location: receiver.url } : {});
    await endSession();
    await signals().catchUp();
    expect(receiver.pushed).toHaveLength(1);
    expect(await logOf(stream_id)).toMatchObject([{ type: "session-revoked", attempts: 1, ...expected }]);
  });

  it("when it fails is followed by the same SET again, by the schedule or as it asks, signed anew", async () => {
    const { stream_id } = await makeStream(instance, push());
    receiver.answer(503, "", { "retry-after": "60" });
    await endSession();
    await signals().catchUp();
    instance.clock.advance(59_000);
    await signals().catchUp();
    expect(receiver.pushed).toHaveLength(1);
    receiver.answer(202);
    instance.clock.advance(2_000);
    await signals().catchUp();
    const [first, second] = await Promise.all(receiver.pushed.map(({ set }) => verifySet(instance, set)));
    expect(second?.claims).toEqual(first?.claims);
    expect(await logOf(stream_id)).toMatchObject([{ state: "delivered", attempts: 2 }]);
  });

  it("when it was final is sent anew only when somebody asks", async () => {
    const { stream_id } = await makeStream(instance, push());
    receiver.answer(400, '{"err":"invalid_key"}');
    await endSession();
    await signals().catchUp();
    receiver.answer(202);
    instance.clock.advance(86_400_000);
    await signals().catchUp();
    expect(receiver.pushed).toHaveLength(1);
    expect(await signals().resend(stream_id)).toBe(1);
    await signals().catchUp();
    const [first, second] = await Promise.all(receiver.pushed.map(({ set }) => verifySet(instance, set)));
    expect(second?.claims.jti).toBe(first?.claims.jti);
  });
});

it("what a node had queued when it ended, another sends, by the same jti", async () => {
  const { stream_id } = await makeStream(instance, push());
  receiver.answer(500);
  const { session } = await endSession();
  await signals().catchUp();
  const [queued] = await logOf(stream_id);
  const node = await addNode(instance);
  receiver.answer(202);
  instance.clock.advance(60_000);
  await node.signals.catchUp();
  await node.close();
  const sets = await Promise.all(receiver.pushed.map(({ set }) => verifySet(instance, set)));
  expect(sets.map(({ claims }) => claims.jti)).toEqual([queued?.messageId, queued?.messageId]);
  expect(sets.map(({ claims }) => claims.sub_id.session)).toEqual(
    sets.map(() => ({ format: "opaque", id: session.id })),
  );
  await signals().catchUp();
  expect(receiver.pushed).toHaveLength(2);
});

it("two nodes that read at the same time tell each event once", async () => {
  await makeStream(instance, push());
  const node = await addNode(instance);
  const sessions: string[] = [];
  for (let count = 0; count < 10; count++) sessions.push((await endSession()).session.id);
  await Promise.all([signals().catchUp(), node.signals.catchUp(), signals().catchUp()]);
  await node.close();
  const sets = await Promise.all(receiver.pushed.map(({ set }) => verifySet(instance, set)));
  const ended = sets.map(({ claims }) => (claims.sub_id.session as { id: string }).id);
  expect(ended.sort()).toEqual(sessions.sort());
});

it("of several changes of the same claims only the last is sent, also when the first failed before", async () => {
  await makeStream(instance, push());
  const { account, session } = await somebody();
  const change = (role: string) => instance.holdfast.accounts.changeRole(account.id, session.userId, role);
  receiver.answer(500);
  await change("member");
  await signals().catchUp();
  expect(receiver.pushed).toHaveLength(1);
  await change("admin");
  await change("billing");
  receiver.answer(202);
  instance.clock.advance(60_000);
  await signals().catchUp();
  instance.clock.advance(60_000);
  await signals().catchUp();
  const sets = await Promise.all(receiver.pushed.map(({ set }) => verifySet(instance, set)));
  expect(sets.map((set) => (eventOf(set) as { claims?: object }).claims)).toEqual([
    { role: "member" },
    { role: "billing" },
  ]);
});

describe("a service whose business are certain audiences", () => {
  it("hears nothing of people who never had a token for one", async () => {
    await makeStream(instance, push(), "accounting");
    await endSession();
    const { account, session } = await somebody();
    await instance.holdfast.accounts.changeRole(account.id, session.userId, "member");
    await signals().catchUp();
    expect(receiver.pushed).toEqual([]);
  });

  it("hears of those who had", async () => {
    await makeStream(instance, push(), "accounting");
    const { session, account, grantId } = await somebody();
    await instance.sql("update grants set resource = $2 where id = $1", [grantId, ["https://accounting.example.com"]]);
    await instance.holdfast.accounts.changeRole(account.id, session.userId, "member");
    await instance.holdfast.sessions.revoke({ id: session.id }, "session_revoked");
    await signals().catchUp();
    const sets = await Promise.all(receiver.pushed.map(({ set }) => verifySet(instance, set)));
    expect(sets.map((set) => eventOf(set).type).sort()).toEqual(["session-revoked", "token-claims-change"]);
  });
});

describe("what was queued", () => {
  const [sessionRevoked, claimsChange] = bothEvents;

  it("and is not asked for any more is not sent any more; what comes later is", async () => {
    const { stream_id } = await makeStream(instance, push());
    receiver.answer(503);
    await endSession();
    await signals().catchUp();
    await call(instance, "PATCH /signals/streams", { body: { stream_id, events_requested: [claimsChange] } });
    receiver.answer(202);
    instance.clock.advance(3_600_000);
    await signals().catchUp();
    expect(receiver.pushed).toHaveLength(1);
    expect(await logOf(stream_id)).toMatchObject([{ state: "failed", last: { outcome: "unwanted" } }]);
    await call(instance, "PATCH /signals/streams", { body: { stream_id, events_requested: [sessionRevoked] } });
    await endSession();
    await signals().catchUp();
    expect(receiver.pushed).toHaveLength(2);
  });

  it("and is not the service's business any more is not sent any more", async () => {
    const { stream_id } = await makeStream(instance, push(), "accounting");
    const { session, grantId } = await somebody();
    const setAudience = (audience: string) =>
      instance.sql("update grants set resource = $2 where id = $1", [grantId, [audience]]);
    await setAudience("https://accounting.example.com");
    receiver.answer(503);
    await instance.holdfast.sessions.revoke({ id: session.id }, "session_revoked");
    await signals().catchUp();
    // As if the service's audiences had been changed.
    await setAudience("https://other.example.com");
    receiver.answer(202);
    instance.clock.advance(3_600_000);
    await signals().catchUp();
    expect(receiver.pushed).toHaveLength(1);
    expect(await logOf(stream_id)).toMatchObject([{ state: "failed", last: { outcome: "unwanted" } }]);
  });

  it("is sent though nothing is asked for, where it is about the stream itself", async () => {
    const { stream_id } = await makeStream(instance, push());
    await call(instance, "PATCH /signals/streams", { body: { stream_id, events_requested: [] } });
    await call(instance, "POST /signals/verify", { body: { stream_id, state: "s" } });
    await signals().catchUp();
    expect(receiver.pushed).toHaveLength(1);
  });
});
