import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import type { TestInstance } from "../testing/instance.ts";
import { basic, bothEvents, call, createSignalsInstance, makeStream, poll } from "./signals.testing.ts";

let instance: TestInstance;
beforeAll(async () => {
  instance = await createSignalsInstance();
});
afterAll(() => instance.close());

const push = { method: "urn:ietf:rfc:8935", endpoint_url: "https://receiver.example.com/events" };
const nobody = "0190a0b0-0000-7000-8000-000000000001";
const read = (id: string, as?: string) =>
  call(instance, `GET /signals/streams?stream_id=${id}`, as === undefined ? {} : { as });

describe("the metadata", () => {
  it("has what SSF 1.0 asks for, and names nothing that is not there", async () => {
    const { issuer } = instance;
    const answer = await fetch(`${issuer}/.well-known/ssf-configuration`);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(await answer.json()).toEqual({
      spec_version: "1_0",
      issuer,
      jwks_uri: `${issuer}/jwks`,
      delivery_methods_supported: ["urn:ietf:rfc:8935", "urn:ietf:rfc:8936"],
      configuration_endpoint: `${issuer}/signals/streams`,
      status_endpoint: `${issuer}/signals/status`,
      verification_endpoint: `${issuer}/signals/verify`,
      authorization_schemes: [{ spec_urn: "urn:ietf:rfc:7617" }],
      default_subjects: "ALL",
    });
  });

  it("is not there where no service may receive signals, and no key for them is published", async () => {
    const other = await createSignalsInstance({ services: [] });
    expect((await fetch(`${other.issuer}/.well-known/ssf-configuration`)).status).toBe(404);
    const { keys } = (await (await fetch(`${other.issuer}/jwks`)).json()) as { keys: { alg: string }[] };
    expect(keys.map(({ alg }) => alg)).toEqual(["ES256"]);
    await other.close();
  });

  it("leads to an RS256 key of 2048 bits, without its private half", async () => {
    const { keys } = (await (await fetch(`${instance.issuer}/jwks`)).json()) as { keys: Record<string, string>[] };
    const rsa = keys.find(({ kty }) => kty === "RSA");
    expect(Buffer.from(rsa?.n ?? "", "base64url")).toHaveLength(256);
    expect(Object.keys(rsa ?? {}).sort()).toEqual(["alg", "e", "kid", "kty", "n", "use"]);
  });
});

describe("a stream", () => {
  it("is made with what its service asks for, and read as it was made", async () => {
    const { body: list } = await call(instance, "GET /signals/streams", { as: "other" });
    expect(list).toEqual([]);
    const requested = [...bothEvents, "urn:example:not-known"];
    const answer = await call(instance, "POST /signals/streams", {
      as: "other",
      body: { delivery: push, events_requested: requested, description: "The CRM", format: "email" },
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.body).toEqual({
      stream_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      iss: instance.issuer,
      aud: "other",
      events_supported: bothEvents,
      events_requested: requested,
      events_delivered: bothEvents,
      delivery: push,
      min_verification_interval: 30,
      description: "The CRM",
    });
    expect((await read(answer.body.stream_id, "other")).body).toEqual(answer.body);
    expect((await call(instance, "GET /signals/streams", { as: "other" })).body).toEqual([answer.body]);
  });

  it("is for polling where nothing else is said, at an address of ours", async () => {
    const { stream_id, delivery, events_delivered, description } = await makeStream(instance, {
      events_requested: undefined,
      delivery: undefined,
    });
    expect(delivery).toEqual({ ...poll, endpoint_url: `${instance.issuer}/signals/poll/${stream_id}` });
    expect([events_delivered, description]).toEqual([[], undefined]);
  });

  it("is one for each service, also when many are asked for at once", async () => {
    const { stream_id } = await makeStream(instance);
    const second = await call(instance, "POST /signals/streams", { body: {} });
    expect([second.status, second.body.code]).toEqual([409, "stream_exists"]);
    await call(instance, `DELETE /signals/streams?stream_id=${stream_id}`);
    const many = await Promise.all(
      Array.from({ length: 5 }, () => call(instance, "POST /signals/streams", { body: {} })),
    );
    expect(many.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
    expect(await instance.sql("select id from delivery_destinations where queue like 'signals%'")).toHaveLength(2);
  });

  it("is deleted with everything of it", async () => {
    const { stream_id } = await makeStream(instance);
    await call(instance, "POST /signals/verify", { body: { stream_id } });
    const answer = await call(instance, `DELETE /signals/streams?stream_id=${stream_id}`);
    expect([answer.status, answer.body]).toEqual([204, null]);
    expect((await read(stream_id)).status).toBe(404);
    expect(await instance.sql("select id from deliveries where destination_id = $1", [stream_id])).toEqual([]);
    expect((await call(instance, `DELETE /signals/streams?stream_id=${stream_id}`)).status).toBe(404);
  });
});

describe("PATCH", () => {
  it("changes what it names and leaves the rest", async () => {
    const { stream_id } = await makeStream(instance, { delivery: push, description: "The CRM" });
    const { status, body } = await call(instance, "PATCH /signals/streams", {
      body: { stream_id, events_requested: [bothEvents[0]] },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ events_delivered: [bothEvents[0]], description: "The CRM", delivery: push });
    const gone = await call(instance, "PATCH /signals/streams", { body: { stream_id, description: null } });
    expect(gone.body).not.toHaveProperty("description");
    expect((await read(stream_id)).body).toEqual(gone.body);
  });

  it("takes what is ours when it is sent back as it is", async () => {
    const stream = await makeStream(instance, { delivery: push });
    const body = { ...stream, aud: [stream.aud], events_supported: bothEvents.toReversed(), description: "x" };
    expect((await call(instance, "PATCH /signals/streams", { body })).status).toBe(200);
  });

  it("of two at once is made to what the first has left", async () => {
    const { stream_id } = await makeStream(instance, { delivery: push });
    const blocker = new pg.Client({ ...inject("postgres"), options: `-c search_path=${instance.schema}` });
    await blocker.connect();
    await blocker.query("begin");
    await blocker.query("select from signal_streams where id = $1 for update", [stream_id]);
    const changes = [{ description: "mine" }, { events_requested: [bothEvents[0]] }].map((change) =>
      call(instance, "PATCH /signals/streams", { body: { stream_id, ...change } }),
    );
    const waiting = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%signal_streams%'";
    const holding = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%destinations%'";
    const count = async () => (await instance.sql(waiting)).length + (await instance.sql(holding)).length;
    await expect.poll(count, { timeout: 5_000 }).toBeGreaterThanOrEqual(2);
    await blocker.query("commit");
    await blocker.end();
    const answers = (await Promise.all(changes)).map(({ body }) => body);
    const both = { description: "mine", events_requested: [bothEvents[0]] };
    expect(answers.filter((body) => body.description === "mine" && body.events_requested.length === 1)).toHaveLength(1);
    expect((await read(stream_id)).body).toMatchObject(both);
  });

  it("from push to poll and back takes along what waits", async () => {
    const { stream_id } = await makeStream(instance, { delivery: push });
    await call(instance, "POST /signals/verify", { body: { stream_id, state: "s" } });
    const { body } = await call(instance, "PATCH /signals/streams", { body: { stream_id, delivery: poll } });
    expect(body.delivery.endpoint_url).toContain("/signals/poll/");
    const polled = await call(instance, `POST ${body.delivery.endpoint_url}`, { body: { returnImmediately: true } });
    expect(Object.keys(polled.body.sets)).toHaveLength(1);
    await call(instance, "PATCH /signals/streams", { body: { stream_id, delivery: push } });
    expect(await instance.sql("select queue from delivery_destinations where id = $1", [stream_id])).toEqual([
      { queue: "signals" },
    ]);
  });
});

describe("PUT", () => {
  it("forgets what it does not name", async () => {
    const { stream_id } = await makeStream(instance, { delivery: push, description: "The CRM" });
    const { status, body } = await call(instance, "PUT /signals/streams", { body: { stream_id, delivery: push } });
    expect([status, body.events_requested, body.events_delivered]).toEqual([200, [], []]);
    expect(body).not.toHaveProperty("description");
    const bare = await call(instance, "PUT /signals/streams", { body: { stream_id } });
    expect(bare.body.delivery.method).toBe(poll.method);
  });

  it("with what was read keeps the header that is not shown, as long as the address is the same", async () => {
    const sealed = () =>
      instance.sql("select sealed_authorization is not null as kept from signal_streams where id = $1", [id]);
    const stream = await makeStream(instance, { delivery: { ...push, authorization_header: "Bearer one" } });
    const id = stream.stream_id;
    const put = (delivery: object) => call(instance, "PUT /signals/streams", { body: { ...stream, delivery } });
    await put(stream.delivery);
    expect(await sealed()).toEqual([{ kept: true }]);
    await put({ ...push, authorization_header: null });
    expect(await sealed()).toEqual([{ kept: false }]);
    await put({ ...push, authorization_header: "Bearer two" });
    await put({ ...push, endpoint_url: "https://elsewhere.example.com/" });
    expect(await sealed()).toEqual([{ kept: false }]);
  });
});

describe("another's stream", () => {
  it.each<[string, unknown]>([
    ["GET /signals/streams?stream_id=ID", undefined],
    ["DELETE /signals/streams?stream_id=ID", undefined],
    ["PATCH /signals/streams", { stream_id: "ID", description: "mine" }],
    ["PUT /signals/streams", { stream_id: "ID" }],
    ["GET /signals/status?stream_id=ID", undefined],
    ["POST /signals/status", { stream_id: "ID", status: "disabled" }],
    ["POST /signals/verify", { stream_id: "ID" }],
    ["POST /signals/poll/ID", {}],
  ])("is like none to %s", async (line, body) => {
    const { stream_id } = await makeStream(instance);
    const answers = [stream_id, nobody, "no-id'--"].map(async (id) => {
      const filled = body === undefined ? {} : { body: JSON.parse(JSON.stringify(body).replace("ID", id)) };
      const answer = await call(instance, line.replace("ID", encodeURIComponent(id)), { as: "accounting", ...filled });
      const { request_id, ...rest } = answer.body;
      return [answer.status, rest];
    });
    const [theirs, none, nonsense] = await Promise.all(answers);
    expect(theirs?.[0]).toBe(404);
    expect(none).toEqual(theirs);
    expect(nonsense).toEqual(theirs);
    expect((await read(stream_id)).status).toBe(200);
  });
});

describe("who may not", () => {
  it.each<[string, number, string, Record<string, string>]>([
    ["nobody", 401, "service_authentication_failed", {}],
    ["a wrong secret", 401, "service_authentication_failed", { authorization: basic("receiver", "wrong") }],
    ["a token", 401, "service_authentication_failed", { authorization: "Bearer x" }],
    ["a service without the permission", 403, "service_forbidden", { authorization: basic("no-receiver") }],
  ])("%s", async (_, status, code, headers) => {
    for (const [method, path] of [
      ["POST", "/signals/streams"],
      ["GET", "/signals/streams"],
      ["PATCH", "/signals/streams"],
      ["PUT", "/signals/streams"],
      ["DELETE", `/signals/streams?stream_id=${nobody}`],
      ["GET", `/signals/status?stream_id=${nobody}`],
      ["POST", "/signals/status"],
      ["POST", "/signals/verify"],
      ["POST", `/signals/poll/${nobody}`],
    ]) {
      const answer = await fetch(`${instance.issuer}${path}`, { method: method ?? "", headers });
      expect([path, answer.status, ((await answer.json()) as { code: string }).code]).toEqual([path, status, code]);
    }
  });
});

const text = "x".repeat(20_000);
const badDelivery: [string, unknown][] = [
  ["delivery without a method", { delivery: {} }],
  ["an unknown method", { delivery: { method: "urn:ietf:rfc:1" } }],
  ["delivery in a word", { delivery: "push" }],
  ["push to nowhere", { delivery: { method: push.method } }],
  ["push to a path", { delivery: { ...push, endpoint_url: "/events" } }],
  ["push without TLS", { delivery: { ...push, endpoint_url: "http://receiver.example.com/" } }],
  ["push to a file", { delivery: { ...push, endpoint_url: "file:///etc/passwd" } }],
  ["push with a password in the address", { delivery: { ...push, endpoint_url: "https://a:b@example.com/" } }],
  ["push with a fragment", { delivery: { ...push, endpoint_url: "https://example.com/#here" } }],
  ["push to a private address", { delivery: { ...push, endpoint_url: "https://10.1.2.3/" } }],
  ["push to a cloud's metadata", { delivery: { ...push, endpoint_url: "https://169.254.169.254/" } }],
  ["push to a private address in disguise", { delivery: { ...push, endpoint_url: "https://[::ffff:10.1.2.3]/" } }],
  ["push to a long address", { delivery: { ...push, endpoint_url: `https://example.com/${text}` } }],
  ["push to an address with a NUL", { delivery: { ...push, endpoint_url: "https://example.com/\u0000" } }],
  ["a header with a line break", { delivery: { ...push, authorization_header: "Bearer x\r\nHost: y" } }],
  ["a header with blanks around it", { delivery: { ...push, authorization_header: " x " } }],
  ["a header of other letters", { delivery: { ...push, authorization_header: "Bearer é" } }],
  ["a long header", { delivery: { ...push, authorization_header: text } }],
  ["a header for polling", { delivery: { ...poll, authorization_header: "Bearer x" } }],
  ["events in a word", { events_requested: bothEvents[0] }],
  ["events of numbers", { events_requested: [1] }],
  ["an empty event", { events_requested: [""] }],
  ["an event with a NUL", { events_requested: ["\u0000"] }],
  ["a long event", { events_requested: [text] }],
  ["very many events", { events_requested: Array(101).fill("x") }],
  ["a number for a description", { description: 1 }],
  ["a book for a description", { description: text }],
];

describe("a bad configuration", () => {
  beforeEach(async () => {
    const { body } = await call(instance, "GET /signals/streams", { as: "accounting" });
    for (const { stream_id } of body) {
      await call(instance, `DELETE /signals/streams?stream_id=${stream_id}`, { as: "accounting" });
    }
  });

  it.each([...badDelivery, ["no object", []], ["no JSON", "{"], ["null", "null"]])(
    "with %s makes no stream",
    async (_, body) => {
      const answer = await call(instance, "POST /signals/streams", { as: "accounting", body });
      expect([answer.status, answer.body.code]).toEqual([400, "invalid_request"]);
      expect((await call(instance, "GET /signals/streams", { as: "accounting" })).body).toEqual([]);
    },
  );

  it.each<[string, unknown]>([
    ...badDelivery,
    ["another issuer", { iss: "https://evil.example.com" }],
    ["another audience", { aud: "other" }],
    ["more audiences", { aud: ["accounting", "other"] }],
    ["other events of ours", { events_supported: [] }],
    ["other events delivered", { events_delivered: ["urn:x"] }],
    ["another interval", { min_verification_interval: 0 }],
    ["an address of ours that is not", { delivery: { ...poll, endpoint_url: "https://example.com" } }],
    ["a number for the stream", { stream_id: 1 }],
    ["no stream", { stream_id: null }],
  ])("with %s changes nothing", async (_, change) => {
    const stream = await makeStream(instance, {}, "accounting");
    const body = { stream_id: stream.stream_id, ...(change as object) };
    for (const method of ["PATCH", "PUT"]) {
      const answer = await call(instance, `${method} /signals/streams`, { as: "accounting", body });
      expect([method, answer.status, answer.body.code]).toEqual([method, 400, "invalid_request"]);
    }
    expect((await read(stream.stream_id, "accounting")).body).toEqual(stream);
  });

  it.each([
    "DELETE /signals/streams",
    "DELETE /signals/streams?stream_id=",
    "GET /signals/status",
    `GET /signals/status?stream_id=${nobody}&stream_id=${nobody}`,
    `GET /signals/streams?stream_id=${nobody}&stream_id=${nobody}`,
  ])("is what %s asks for", async (line) => {
    const answer = await call(instance, line);
    expect([answer.status, answer.body.code]).toEqual([400, "invalid_request"]);
  });
});

it.each<[string, string, string]>([
  ["PUT", "/signals/status", "GET, POST"],
  ["GET", "/signals/verify", "POST"],
  ["OPTIONS", "/signals/streams", "GET, POST, PUT, PATCH, DELETE"],
])("%s %s is told what the address takes", async (method, path, allow) => {
  const answer = await fetch(`${instance.issuer}${path}`, { method });
  expect([answer.status, answer.headers.get("allow")]).toEqual([405, allow]);
});
