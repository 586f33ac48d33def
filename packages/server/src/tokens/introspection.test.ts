import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { forgeToken, present, refreshTimes } from "../grants/refresh.testing.ts";
import type { Holdfast } from "../holdfast.ts";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { asClient, asService, createOtherNode, createTokensInstance, introspect } from "./tokens.testing.ts";

const second = 1_000;
const inactive = { active: false };

let instance: TestInstance;
beforeAll(async () => {
  instance = await createTokensInstance();
});
afterAll(() => instance.close());

const start = (clientId = "device") => startSession(instance, { clientId });
const claimsOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString());

describe("an access token", () => {
  it("is told with all it says", async () => {
    const { answer } = await start();
    const { grant_id, ...claims } = claimsOf(answer.access_token);
    expect(await introspect(instance, answer.access_token)).toEqual({
      active: true,
      token_type: "Bearer",
      grant_id,
      ...claims,
    });
  });

  it("is inactive from the second in which it expires", async () => {
    const { answer } = await start();
    instance.clock.advance((answer.expires_in - 1) * second);
    expect(await introspect(instance, answer.access_token)).toMatchObject({ active: true });
    instance.clock.advance(second);
    expect(await introspect(instance, answer.access_token)).toEqual(inactive);
  });

  it.each<[string, (holdfast: Holdfast, started: Awaited<ReturnType<typeof start>>) => Promise<unknown>]>([
    ["its session", ({ sessions }, { session }) => sessions.revoke({ id: session.id }, "session_revoked")],
    ["its grant", ({ grants }, { grantId }) => grants.endOne(grantId, "session_revoked")],
    ["everything of its user", ({ users }, { session }) => users.disable(session.userId)],
    ["its account", ({ accounts }, { account }) => accounts.close(account.id, "a test")],
  ])("is inactive at once when %s was ended on another node (G3)", async (_what, end) => {
    const email = `${crypto.randomUUID()}@example.com`;
    const started = await startSession(instance, { clientId: "device", email });
    const { answer, refreshToken } = started;
    for (const token of [answer.access_token, refreshToken]) {
      expect(await introspect(instance, token)).toMatchObject({ active: true });
    }
    const other = await createOtherNode(instance);
    try {
      await end(other, started);
      for (const token of [answer.access_token, refreshToken]) {
        expect(await introspect(instance, token)).toEqual(inactive);
      }
    } finally {
      await other.close();
    }
  });

  it("is inactive when its session has left the database", async () => {
    const { answer, session } = await start();
    await instance.sql("delete from sessions where id = $1", [session.id]);
    expect(await introspect(instance, answer.access_token)).toEqual(inactive);
  });

  it("is active when another node has signed it with a key that this one has not seen", async () => {
    const other = await createOtherNode(instance);
    try {
      const key = await other.keys.rotate({ isUrgent: true });
      instance.clock.set(key.activatesAt.getTime());
      const { answer } = await startSession({ ...instance, holdfast: other }, { clientId: "device" });
      expect(await introspect(instance, answer.access_token)).toMatchObject({ active: true });
    } finally {
      await other.close();
    }
  });

  it("is the business of the services it is for, and of its own confidential client, only", async () => {
    const own = (await start("service")).answer.access_token;
    expect(await introspect(instance, own, asService("anywhere"))).toMatchObject({ active: true });
    expect(await introspect(instance, own, asService("elsewhere"))).toEqual(inactive);
    expect(await introspect(instance, own, asClient("service"))).toMatchObject({ active: true });
    expect(await introspect(instance, own, asClient("still"))).toEqual(inactive);
  });
});

describe("a token that is bound to a key", () => {
  const jkt = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

  it("says so to whoever may ask, and that it is no Bearer token (RFC 9449, section 6.2)", async () => {
    const { answer } = await startSession(instance, { clientId: "device", jkt });
    expect(await introspect(instance, answer.access_token)).toMatchObject({ token_type: "DPoP", cnf: { jkt } });
  });

  it("and its refresh token too, which stays active without rotating", async () => {
    const { refreshToken } = await startSession(instance, { clientId: "strict", jkt });
    instance.clock.advance(86_400 * second);
    const said = await introspect(instance, refreshToken);
    expect(said).toMatchObject({ active: true, cnf: { jkt } });
    expect(said).not.toHaveProperty("token_type");
  });

  it("but not the refresh token of a confidential client, whose access token alone is bound", async () => {
    const { refreshToken, answer } = await startSession(instance, { clientId: "service", jkt });
    expect(await introspect(instance, answer.access_token)).toMatchObject({ token_type: "DPoP", cnf: { jkt } });
    expect(await introspect(instance, refreshToken)).not.toHaveProperty("cnf");
  });
});

describe("a refresh token", () => {
  it("is told with what its grant says, and is the one it was", async () => {
    const { refreshToken, session, account, grantId, answer } = await start();
    const { exp, iat, auth_time, ...facts } = (await introspect(instance, refreshToken)) as Record<string, unknown>;
    const { sub, scope, role } = claimsOf(answer.access_token);
    expect(facts).toEqual({
      ...{ active: true, iss: instance.issuer, sub, scope, role, aud: "https://api.example.com" },
      ...{ client_id: "device", sid: session.id, grant_id: grantId, account: account.id },
    });
    const now = Math.floor(instance.clock.now() / second);
    expect({ exp, iat, auth_time }).toEqual({ exp: now + 14 * 86_400, iat: now, auth_time: now });
    for (let turn = 0; turn < 3; turn++) await introspect(instance, refreshToken);
    expect((await present(instance, refreshToken)).body.generation).toBe(2);
  });

  it("that was replaced is active for as long as the overlap would answer it, and asking is no reuse", async () => {
    const { refreshToken } = await start();
    const { body } = await present(instance, refreshToken, { key: "attempt" });
    instance.clock.advance(29 * second);
    expect(await introspect(instance, refreshToken)).toMatchObject({ active: true });
    instance.clock.advance(second);
    expect(await introspect(instance, refreshToken)).toEqual(inactive);
    expect(await introspect(instance, body.refresh_token)).toMatchObject({ active: true });
  });

  it("counts the overlap of an older generation from when its successor was used, as a refresh does", async () => {
    const { refreshToken } = await start();
    const [, next = ""] = await refreshTimes(instance, refreshToken, 1);
    instance.clock.advance(20 * second);
    await present(instance, next);
    instance.clock.advance(20 * second);
    const said = await introspect(instance, refreshToken);
    expect(said.active).toBe((await present(instance, refreshToken)).status === 200);
  });

  it("of a database that has lost its tail is active, as a refresh would find it", async () => {
    const { refreshToken } = await start();
    const ahead = forgeToken(refreshToken, { generation: 3 });
    expect(await introspect(instance, ahead)).toMatchObject({ active: true });
    expect((await present(instance, ahead)).status).toBe(200);
  });

  it.each([
    ["is inactive without an overlap once it is replaced", "strict"],
    ["stays active where the client does not rotate", "still"],
  ])("%s", async (_what, clientId) => {
    const { refreshToken } = await start(clientId);
    await present(instance, refreshToken, { clientId });
    instance.clock.advance(1);
    expect((await introspect(instance, refreshToken)).active).toBe(clientId === "still");
  });

  it.each([
    ["with another handle", { handle: Buffer.alloc(16) }],
    ["of a grant that nobody has", { grantId: "0199a1b2-0000-7000-8000-000000000000" }],
  ])("forged %s is inactive", async (_what, change) => {
    const { refreshToken } = await start();
    expect(await introspect(instance, forgeToken(refreshToken, change))).toEqual(inactive);
  });

  it("is inactive once it has run out", async () => {
    const { refreshToken } = await start();
    instance.clock.advance(14 * 86_400 * second);
    expect(await introspect(instance, refreshToken)).toEqual(inactive);
  });
});
