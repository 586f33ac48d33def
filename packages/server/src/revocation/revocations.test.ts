import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { basic, eventsOf, present, readGrant, testClients } from "../grants/refresh.testing.ts";
import { createTestInstance, type TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";

const secret = "the secret of the back office";
const authorization = basic("office", secret);
const nobody = "0199a1b2-0000-7000-8000-000000000000";

let instance: TestInstance;
beforeAll(async () => {
  instance = await createTestInstance({
    hasPractice: false,
    config: {
      clients: [...testClients],
      services: [
        { id: "office", secret, may: ["revoke"] },
        { id: "api", secret, may: ["introspect"] },
      ],
    },
  });
});
afterAll(() => instance.close());

async function send(body: unknown, headers: Record<string, string> = { Authorization: authorization }) {
  const response = await fetch(`${instance.issuer}/revocations`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** A person of their own, with one session and a grant of each of two clients. */
async function startTwo() {
  const email = `${crypto.randomUUID()}@example.com`;
  const first = await startSession(instance, { email, clientId: "device" });
  const client = instance.holdfast.clients.choose("strict");
  const source = { requestId: "test", address: null, userAgent: null };
  const { session, account } = first;
  const entered = await instance.holdfast.admission.enter({ client, session, accountId: account.id, source });
  return { ...first, email, other: { grantId: entered.subject.grantId, refreshToken: entered.refreshToken } };
}

describe("a back office ends", () => {
  it("a session, with all its grants", async () => {
    const { session, grantId, other, refreshToken } = await startTwo();
    const answer = await send({ session: session.id, reason: "compromised" });
    expect({ status: answer.status, ...answer.body }).toEqual({ status: 200, revoked: { sessions: 1, grants: 2 } });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect((await instance.holdfast.sessions.find(session.id))?.revokedReason).toBe("compromised");
    expect((await present(instance, refreshToken)).body.reason).toBe("session_revoked");
    for (const id of [grantId, other.grantId]) {
      expect((await eventsOf(instance, id))[0]).toMatchObject({
        type: "grant.revoked",
        request_id: answer.headers.get("x-request-id"),
        data: { reason: "compromised", service: "office" },
      });
    }
  });

  it("one grant; the session and its other grants live on", async () => {
    const { session, grantId, other } = await startTwo();
    expect((await send({ grant: grantId })).body).toEqual({ revoked: { sessions: 0, grants: 1 } });
    expect((await readGrant(instance, grantId)).revoked_reason).toBe("session_revoked");
    expect((await readGrant(instance, other.grantId)).revoked_at).toBeNull();
    expect((await instance.holdfast.sessions.find(session.id))?.revokedAt).toBeNull();
  });

  it("all of a user, who may sign in again", async () => {
    const { session, email } = await startTwo();
    await startSession(instance, { email, clientId: "device" });
    const answer = await send({ user: session.userId, reason: "credentials_changed" });
    expect(answer.body).toEqual({ revoked: { sessions: 2, grants: 3 } });
    const { refreshToken } = await startSession(instance, { email, clientId: "device" });
    expect((await present(instance, refreshToken)).status).toBe(200);
  });

  it("all of an account; the sessions live on", async () => {
    const { session, account, grantId } = await startTwo();
    expect((await send({ account: account.id })).body).toEqual({ revoked: { sessions: 0, grants: 2 } });
    expect((await readGrant(instance, grantId)).revoked_reason).toBe("session_revoked");
    expect((await instance.holdfast.sessions.find(session.id))?.revokedAt).toBeNull();
  });

  it("all of a client, and of no other; also of one that is configured no more", async () => {
    await instance.sql("update grants set client_id = 'elder' where client_id = 'patient'");
    const { refreshToken } = await startSession(instance, { clientId: "patient" });
    const { grantId } = await startSession(instance, { clientId: "device" });
    expect((await send({ client: "patient" })).body).toEqual({ revoked: { sessions: 0, grants: 1 } });
    expect((await present(instance, refreshToken, { clientId: "patient" })).status).toBe(400);
    expect((await readGrant(instance, grantId)).revoked_at).toBeNull();
    await instance.sql("update grants set client_id = 'former' where id = $1", [grantId]);
    expect((await send({ client: "former" })).body).toEqual({ revoked: { sessions: 0, grants: 1 } });
  });

  it("twice, without an error and without another event", async () => {
    const { session, account, grantId } = await startTwo();
    await send({ user: session.userId });
    const before = await eventsOf(instance, grantId);
    const again = [{ session: session.id }, { grant: grantId }, { user: session.userId }, { account: account.id }];
    for (const body of [...again, { client: "still" }]) {
      expect(await send(body)).toMatchObject({ status: 200, body: { revoked: { sessions: 0, grants: 0 } } });
    }
    expect(await eventsOf(instance, grantId)).toEqual(before);
  });
});

describe("what is not there", () => {
  it.each([["session"], ["grant"], ["user"], ["account"]])("as a %s is 404", async (kind) => {
    const answer = await send({ [kind]: nobody });
    expect(answer).toMatchObject({ status: 404, body: { code: "revocation_target_unknown", retryable: false } });
    expect(answer.body.detail).toBe(`There is no ${kind} ${nobody}.`);
  });

  it("as a client is 404", async () => {
    expect(await send({ client: "nobody" })).toMatchObject({
      status: 404,
      body: { code: "revocation_target_unknown" },
    });
  });

  it("is not found by another kind of id", async () => {
    const { session, grantId } = await startTwo();
    expect((await send({ grant: session.id })).status).toBe(404);
    expect((await send({ session: grantId })).status).toBe(404);
    expect((await readGrant(instance, grantId)).revoked_at).toBeNull();
  });
});

describe("a request that is not as it should be", () => {
  it.each<[string, unknown, number, string]>([
    ["has no body", "", 400, "invalid_request"],
    ["is no JSON", "{", 400, "invalid_request"],
    ["is no object", "[]", 400, "invalid_request"],
    ["is null", "null", 400, "invalid_request"],
    ["names nothing", {}, 400, "invalid_request"],
    ["names only why", { reason: "compromised" }, 400, "invalid_request"],
    ["names two", { session: nobody, user: nobody }, 400, "invalid_request"],
    ["names one twice", `{"session":"${nobody}","session":"${nobody}"}`, 400, "invalid_request"],
    ["misspells", { sesion: nobody }, 400, "invalid_request"],
    ["has more", { session: nobody, note: "why" }, 400, "invalid_request"],
    ["names every object's", { __proto__: nobody, constructor: nobody }, 400, "invalid_request"],
    ["has an id that is none", { session: "all" }, 400, "invalid_request"],
    ["has an empty id", { user: "" }, 400, "invalid_request"],
    ["has an id in upper case", { user: nobody.toUpperCase() }, 400, "invalid_request"],
    ["has a pattern", { account: "%" }, 400, "invalid_request"],
    ["has a list of ids", { session: [nobody] }, 400, "invalid_request"],
    ["has null", { session: null }, 400, "invalid_request"],
    ["has an empty client", { client: "" }, 400, "invalid_request"],
    ["has a client too long", { client: "c".repeat(65) }, 400, "invalid_request"],
    ["has a reason of its own", { session: nobody, reason: "because" }, 400, "invalid_request"],
    ["has a reason that is not its to give", { session: nobody, reason: "signed_out" }, 400, "invalid_request"],
    ["is too large", { session: nobody, reason: "x".repeat(70_000) }, 413, "payload_too_large"],
  ])("because it %s is refused", async (_what, body, status, code) => {
    expect(await send(body)).toMatchObject({ status, body: { code } });
  });

  it.each(["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"])(
    "because a page can make a browser send %s is refused",
    async (type) => {
      const body = type.endsWith("urlencoded") ? `session=${nobody}` : JSON.stringify({ session: nobody });
      const answer = await send(body, { Authorization: authorization, "Content-Type": type });
      expect(answer).toMatchObject({ status: 415, body: { code: "unsupported_media_type" } });
    },
  );

  it("by GET is refused", async () => {
    const answer = await fetch(`${instance.issuer}/revocations`, { headers: { Authorization: authorization } });
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
  });
});

describe("only a service that may", () => {
  it.each<[string, Record<string, string>, number, string]>([
    ["nobody", {}, 401, "service_authentication_failed"],
    ["a service with a wrong secret", { Authorization: basic("office", "x") }, 401, "service_authentication_failed"],
    ["a service that may something else", { Authorization: basic("api", secret) }, 403, "service_forbidden"],
    [
      "a client",
      { Authorization: basic("service", "a+secret with%20 signs:=&é") },
      401,
      "service_authentication_failed",
    ],
    ["a bearer", { Authorization: "Bearer x" }, 401, "service_authentication_failed"],
  ])("%s is refused, whatever they ask for", async (_who, headers, status, code) => {
    const { session } = await startTwo();
    expect(await send({ session: session.id }, headers)).toMatchObject({ status, body: { code } });
    expect(await send({ session: nobody }, headers)).toMatchObject({ status, body: { code } });
    expect((await instance.holdfast.sessions.find(session.id))?.revokedAt).toBeNull();
  });
});

it("trouble on our side is told as such, and nothing has half ended", async () => {
  const { session, grantId } = await startTwo();
  await instance.sql("alter table events rename to lost");
  try {
    for (const body of [{ session: session.id }, { grant: grantId }, { user: session.userId }, { client: "device" }]) {
      const answer = await send(body);
      expect(answer.status).toBeGreaterThanOrEqual(500);
      expect(answer.body).toMatchObject({ retryable: true });
    }
  } finally {
    await instance.sql("alter table lost rename to events");
  }
  expect((await instance.holdfast.sessions.find(session.id))?.revokedAt).toBeNull();
  expect((await readGrant(instance, grantId)).revoked_at).toBeNull();
});
