import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import {
  type Answer,
  addNode,
  basic,
  bothEvents,
  call,
  createSignalsInstance,
  eventOf,
  makeStream,
  verifySet,
} from "./signals.testing.ts";

let instance: TestInstance;
beforeAll(async () => {
  instance = await createSignalsInstance();
});
afterAll(() => instance.close());

const signals = () => instance.holdfast.signals;
let people = 0;

/** Ends so many sessions, and lets them be told; answers with their ids. */
async function endSessions(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const { session } = await startSession(instance, { email: `person-${people++}@example.com` });
    await instance.holdfast.sessions.revoke({ id: session.id }, "signed_out");
    ids.push(session.id);
  }
  await signals().catchUp();
  return ids;
}

interface Stream {
  readonly stream_id: string;
  readonly delivery: { readonly endpoint_url: string };
}

const now = { returnImmediately: true };
const ask = ({ delivery }: Stream, body: object = now, more = {}) =>
  call(instance, `POST ${delivery.endpoint_url}`, { body, ...more });
const jtisOf = ({ body }: Answer): string[] => Object.keys(body.sets);

async function sessionsIn({ body }: Answer): Promise<string[]> {
  const sets = await Promise.all(Object.values<string>(body.sets).map((set) => verifySet(instance, set)));
  return sets.map(({ claims }) => (claims.sub_id.session as { id: string }).id);
}

describe("a poll", () => {
  it("brings every SET by its jti, as the published keys verify it", async () => {
    const stream = await makeStream(instance);
    const ended = await endSessions(3);
    const answer = await ask(stream);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.body.moreAvailable).toBe(false);
    expect((await sessionsIn(answer)).sort()).toEqual(ended.sort());
    for (const [jti, set] of Object.entries<string>(answer.body.sets)) {
      const verified = await verifySet(instance, set);
      expect(verified.claims).toMatchObject({ jti, aud: "receiver", iss: instance.issuer });
      expect(verified.claims).not.toHaveProperty("sub");
      expect(verified.claims).not.toHaveProperty("exp");
      expect(eventOf(verified).type).toBe("session-revoked");
    }
  });

  it("brings nothing where there is nothing", async () => {
    expect((await ask(await makeStream(instance))).body).toEqual({ sets: {}, moreAvailable: false });
  });

  it("brings no more than maxEvents, and says that there are more", async () => {
    const stream = await makeStream(instance);
    await endSessions(3);
    const first = await ask(stream, { ...now, maxEvents: 2 });
    expect([jtisOf(first).length, first.body.moreAvailable]).toEqual([2, true]);
    const second = await ask(stream, { ...now, maxEvents: 2, ack: jtisOf(first) });
    expect([jtisOf(second).length, second.body.moreAvailable]).toEqual([1, false]);
    expect(jtisOf(first)).not.toContain(jtisOf(second)[0]);
  });

  it("brings again what nobody acknowledged, by the same jti, also when the receiver was not heard of for days", async () => {
    const stream = await makeStream(instance);
    await endSessions(2);
    const first = await ask(stream);
    instance.clock.advance(3 * 86_400_000);
    const second = await ask(stream);
    expect(jtisOf(second)).toEqual(jtisOf(first));
    const [before, after] = await Promise.all(
      [first, second].map(({ body }) => verifySet(instance, Object.values<string>(body.sets)[0] ?? "")),
    );
    expect(after?.claims).toEqual(before?.claims);
  });

  it("of one by one goes round, so that none that is never acknowledged hides the others", async () => {
    const stream = await makeStream(instance);
    await endSessions(3);
    const seen: (string | undefined)[] = [];
    for (let index = 0; index < 3; index++) {
      instance.clock.advance(1_000);
      seen.push(jtisOf(await ask(stream, { ...now, maxEvents: 1 }))[0]);
    }
    expect(new Set(seen).size).toBe(3);
  });
});

describe("acknowledging", () => {
  it("ends it: what was acknowledged comes no more, however often it is said", async () => {
    const stream = await makeStream(instance);
    await endSessions(2);
    const ack = jtisOf(await ask(stream));
    for (let index = 0; index < 2; index++) {
      const answer = await ask(stream, { maxEvents: 0, ...now, ack: [...ack, ...ack, "never-heard-of"] });
      expect([answer.status, answer.body]).toEqual([200, { sets: {}, moreAvailable: false }]);
    }
    expect((await ask(stream)).body.sets).toEqual({});
    const log = await signals().deliveries({ destinationId: stream.stream_id }, 10);
    expect(log.map(({ state, last }) => [state, last?.outcome])).toEqual(Array(2).fill(["delivered", "acknowledged"]));
  });

  it("with maxEvents 0 says whether there are others, and brings none", async () => {
    const stream = await makeStream(instance);
    await endSessions(1);
    expect((await ask(stream, { maxEvents: 0 })).body).toEqual({ sets: {}, moreAvailable: true });
  });

  it("with an error ends it as well, and the log says why", async () => {
    const stream = await makeStream(instance);
    await endSessions(2);
    const [bad = "", good = ""] = jtisOf(await ask(stream));
    const setErrs = {
      [bad]: { err: "invalid_key", description: "No key \u0000 of that name" },
      unknown: { err: "invalid_request" },
    };
    const answer = await ask(stream, { ...now, ack: [good], setErrs });
    expect(answer.body.sets).toEqual({});
    const log = await signals().deliveries({ destinationId: stream.stream_id, messageIds: [bad] }, 1);
    expect(log).toMatchObject([
      { state: "failed", last: { outcome: "refused", error: "invalid_key: No key   of that name" } },
    ]);
    expect(await signals().resend(stream.stream_id)).toBe(1);
    expect(jtisOf(await ask(stream))).toEqual([bad]);
  });

  it("of another's SET changes nothing", async () => {
    const stream = await makeStream(instance);
    const other = await makeStream(instance, {}, "other");
    await endSessions(1);
    const ack = jtisOf(await ask(stream));
    await ask(other, { ...now, ack }, { as: "other" });
    expect(jtisOf(await ask(stream))).toEqual(ack);
    await call(instance, `DELETE /signals/streams?stream_id=${other.stream_id}`, { as: "other" });
  });
});

describe("waiting", () => {
  it("ends with the news, of this node or another", async () => {
    const stream = await makeStream(instance);
    const node = await addNode(instance);
    const waiting = [ask(stream, {}), ask(stream, {}, { ask: node.fetch })];
    await delay(100);
    const [ended] = await endSessions(1);
    const heard = await Promise.race(waiting);
    expect(await sessionsIn(heard)).toEqual([ended]);
    // The other goes on waiting for what is new.
    await endSessions(1);
    const both = await Promise.all(waiting);
    expect(new Set(both.flatMap(jtisOf)).size).toBe(2);
    await node.close();
  });

  it("does not bring the same again at once to whoever never acknowledges", async () => {
    const stream = await makeStream(instance);
    await endSessions(1);
    const first = await ask(stream, {});
    const gone = new AbortController();
    const second = ask(stream, {}, { signal: gone.signal }).then(
      () => "answered",
      () => "waited",
    );
    await delay(150);
    gone.abort();
    expect([jtisOf(first).length, await second]).toEqual([1, "waited"]);
    instance.clock.advance(5_000);
    expect(jtisOf(await ask(stream, {}))).toEqual(jtisOf(first));
  });

  it("of one receiver takes eight places: a ninth ends the wait of the first", async () => {
    const stream = await makeStream(instance);
    const gone = new AbortController();
    const waiting = Array.from({ length: 9 }, () => ask(stream, {}, { signal: gone.signal }));
    expect((await Promise.race(waiting)).body).toEqual({ sets: {}, moreAvailable: false });
    const others = Promise.allSettled(waiting);
    await delay(100);
    gone.abort();
    expect((await others).filter(({ status }) => status === "rejected")).toHaveLength(8);
  });

  it("ends when the node is drained", async () => {
    const stream = await makeStream(instance);
    const node = await addNode(instance);
    const waiting = ask(stream, {}, { ask: node.fetch });
    await delay(100);
    await node.drain();
    expect((await waiting).body).toEqual({ sets: {}, moreAvailable: false });
    expect((await ask(stream, {}, { ask: node.fetch })).body.sets).toEqual({});
    await node.close();
  });
});

it("two nodes asked at the same time by many workers hand out everything, and settle each once", async () => {
  const stream = await makeStream(instance);
  const ended = await endSessions(30);
  const node = await addNode(instance);
  const told: string[] = [];
  const worker = async (fetcher: typeof fetch | typeof node.fetch) => {
    let ack: string[] = [];
    for (let round = 0; round < 12; round++) {
      const answer = await ask(stream, { ...now, maxEvents: 4, ack }, { ask: fetcher });
      ack = jtisOf(answer);
      told.push(...(await sessionsIn(answer)));
    }
    await ask(stream, { maxEvents: 0, ack }, { ask: fetcher });
  };
  await Promise.all([worker(fetch), worker(fetch), worker(node.fetch), worker(node.fetch)]);
  await node.close();
  expect([...new Set(told)].sort()).toEqual(ended.sort());
  expect((await ask(stream)).body.sets).toEqual({});
  const log = await signals().deliveries({ destinationId: stream.stream_id }, 100);
  expect(log.map(({ state }) => state)).toEqual(Array(30).fill("delivered"));
}, 30_000);

describe("a poll that is refused", () => {
  it.each<[string, number, unknown]>([
    ["no JSON", 400, "{"],
    ["an array", 400, []],
    ["null", 400, "null"],
    ["a fraction of an event", 400, { maxEvents: 1.5 }],
    ["fewer than none", 400, { maxEvents: -1 }],
    ["maxEvents in words", 400, { maxEvents: "all" }],
    ["returnImmediately in words", 400, { returnImmediately: "yes" }],
    ["ack that is no list", 400, { ack: "jti" }],
    ["ack of numbers", 400, { ack: [1] }],
    ["ack of nothing", 400, { ack: [""] }],
    ["ack with a NUL", 400, { ack: ["\u0000"] }],
    ["an error of a NUL", 400, { setErrs: { "\u0000": { err: "invalid_key" } } }],
    ["ack of too much", 400, { ack: ["x".repeat(257)] }],
    ["more than anybody was told", 400, { ack: Array(10_001).fill("x") }],
    ["setErrs that is a list", 400, { setErrs: [] }],
    ["an error without a code", 400, { setErrs: { jti: { description: "?" } } }],
    ["an error in a word", 400, { setErrs: { jti: "invalid_key" } }],
    ["far too much", 413, JSON.stringify({ ack: ["x".repeat(1_100_000)] })],
  ])("has %s", async (_, status, body) => {
    const stream = await makeStream(instance);
    const answer = await call(instance, `POST ${stream.delivery.endpoint_url}`, { body });
    expect([answer.status, answer.body.status]).toEqual([status, status]);
  });

  it.each<[string, number, string, RequestInit]>([
    ["nobody's", 401, "service_authentication_failed", { headers: {} }],
    ["another's", 404, "stream_unknown", { headers: { authorization: basic("other") } }],
    ["one's that may not", 403, "service_forbidden", { headers: { authorization: basic("no-receiver") } }],
    ["one with another method", 405, "method_not_allowed", { method: "GET" }],
    [
      "one that is no JSON",
      415,
      "unsupported_media_type",
      { headers: { authorization: basic("receiver") }, body: "x" },
    ],
  ])("is %s", async (_, status, code, init) => {
    const { delivery } = await makeStream(instance);
    const answer = await fetch(delivery.endpoint_url, { method: "POST", ...init });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([status, code]);
  });

  it("is for a stream that is pushed", async () => {
    const delivery = { method: "urn:ietf:rfc:8935", endpoint_url: "https://receiver.example.com/events" };
    const { stream_id } = await makeStream(instance, { delivery });
    const answer = await call(instance, `POST /signals/poll/${stream_id}`, { body: {} });
    expect([answer.status, answer.body.code]).toEqual([404, "stream_unknown"]);
  });
});

it("what is not asked for any more is not handed out, and hides nothing that comes behind it", async () => {
  const stream = await makeStream(instance);
  await endSessions(3);
  const { stream_id } = stream;
  await call(instance, "PATCH /signals/streams", { body: { stream_id, events_requested: [bothEvents[1]] } });
  expect((await ask(stream)).body.sets).toEqual({});
  await call(instance, "PATCH /signals/streams", { body: { stream_id, events_requested: [bothEvents[0]] } });
  const later = await endSessions(1);
  expect(await sessionsIn(await ask(stream, { ...now, maxEvents: 1 }))).toEqual(later);
});
