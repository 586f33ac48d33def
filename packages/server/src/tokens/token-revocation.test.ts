import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { basic, eventsOf, forgeToken, postRefresh, present, readGrant } from "../grants/refresh.testing.ts";
import { appOrigin, type TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { asClient, asService, createTokensInstance, introspect, post } from "./tokens.testing.ts";

let instance: TestInstance;
beforeAll(async () => {
  instance = await createTokensInstance();
});
afterAll(() => instance.close());

const start = (clientId = "device") => startSession(instance, { clientId });
type Fields = Record<string, string>;
const revoke = (fields: Fields, headers: Fields = {}) => post(`${instance.issuer}/revoke`, fields, headers);

describe("a token given back", () => {
  it.each<["refresh_token" | "access_token"]>([["refresh_token"], ["access_token"]])(
    "ends its grant, with every token of it, and the session lives on: %s (G6)",
    async (kind) => {
      const { refreshToken, answer, grantId, session } = await start();
      const token = kind === "refresh_token" ? refreshToken : answer.access_token;
      const reply = await revoke({ client_id: "device", token });
      expect({ status: reply.status, text: reply.text }).toEqual({ status: 200, text: "" });
      expect(reply.headers.get("cache-control")).toBe("no-store");
      for (const each of [refreshToken, answer.access_token]) {
        expect(await introspect(instance, each)).toEqual({ active: false });
      }
      expect(await present(instance, refreshToken)).toMatchObject({ status: 400, body: { reason: "session_revoked" } });
      expect((await instance.holdfast.sessions.find(session.id))?.revokedAt).toBeNull();
      const [ended] = await eventsOf(instance, grantId);
      expect(ended).toMatchObject({
        type: "grant.revoked",
        request_id: reply.headers.get("x-request-id"),
        data: { reason: "token_revoked" },
      });
    },
  );

  it("may be of a generation that was replaced long ago: the answer with its successor may have been lost", async () => {
    const { refreshToken, grantId } = await start();
    await present(instance, refreshToken);
    instance.clock.advance(86_400_000);
    expect((await revoke({ client_id: "device", token: refreshToken })).status).toBe(200);
    expect((await readGrant(instance, grantId)).revoked_reason).toBe("token_revoked");
  });

  it("twice is no error, and one end", async () => {
    const { refreshToken, grantId } = await start();
    for (let turn = 0; turn < 2; turn++) {
      expect((await revoke({ client_id: "device", token: refreshToken })).status).toBe(200);
    }
    expect(await eventsOf(instance, grantId)).toHaveLength(1);
  });

  it.each(["access_token", "refresh_token", "saml2", "", "🔑"])("with the hint %j is the same (G7)", async (hint) => {
    const { refreshToken, grantId } = await start();
    await revoke({ client_id: "device", token: refreshToken, token_type_hint: hint });
    expect((await readGrant(instance, grantId)).revoked_reason).toBe("token_revoked");
  });

  it.each<[string, string, () => Promise<string>]>([
    ["any word", "device", async () => "token"],
    [
      "an expired access token",
      "device",
      async () => {
        const { answer } = await start();
        instance.clock.advance(answer.expires_in * 1000);
        return answer.access_token;
      },
    ],
    [
      "a refresh token with another handle",
      "device",
      async () => forgeToken((await start()).refreshToken, { handle: Buffer.alloc(16) }),
    ],
    ["an altered refresh token", "device", async () => `${(await start()).refreshToken.slice(0, -3)}AAA`],
  ])("that is none, or none any more, is 200 and ends nothing: %s (G4)", async (_what, client, make) => {
    const token = await make();
    const live = () => instance.sql("select count(*)::int as live from grants where revoked_at is null");
    const before = await live();
    expect((await revoke({ client_id: client, token })).status).toBe(200);
    expect(await live()).toEqual(before);
  });
});

describe("only the client it was issued to gives a token back (G5)", () => {
  it.each<[string, Fields, Fields, number, string]>([
    ["another public client", {}, { client_id: "strict" }, 400, "invalid_grant"],
    ["another confidential client", asClient("still"), {}, 400, "invalid_grant"],
    ["a confidential client without its secret", {}, { client_id: "service" }, 401, "invalid_client"],
    ["a confidential client with a wrong one", { Authorization: basic("service", "x") }, {}, 401, "invalid_client"],
    ["a service", asService("office"), {}, 401, "invalid_client"],
    ["a public client with a secret", {}, { client_id: "device", client_secret: "x" }, 401, "invalid_client"],
    ["a stranger", {}, { client_id: "nobody" }, 401, "invalid_client"],
    ["nobody", {}, {}, 401, "invalid_client"],
    ["a bearer", { Authorization: "Bearer x" }, { client_id: "device" }, 400, "invalid_request"],
  ])("%s cannot", async (_who, headers, fields, status, error) => {
    const { refreshToken, answer, grantId } = await start("service");
    for (const token of [refreshToken, answer.access_token]) {
      const reply = await revoke({ token, ...fields }, headers);
      expect({ status: reply.status, ...reply.body }).toMatchObject({ status, error });
    }
    expect((await readGrant(instance, grantId)).revoked_at).toBeNull();
  });

  it.each<[string, Fields, Fields]>([
    ["by Basic", asClient(), {}],
    ["in the body", {}, { client_id: "service", client_secret: "a+secret with%20 signs:=&é" }],
  ])("a confidential client proves itself %s", async (_how, headers, fields) => {
    const { refreshToken, grantId } = await start("service");
    expect((await revoke({ token: refreshToken, ...fields }, headers)).status).toBe(200);
    expect((await readGrant(instance, grantId)).revoked_reason).toBe("token_revoked");
  });
});

describe("the form", () => {
  const form = "application/x-www-form-urlencoded";

  it.each<[string, BodyInit | null, string, number]>([
    ["is missing", null, form, 401],
    ["has no token, as a client whose token is in a cookie", "client_id=app", form, 400],
    ["has an empty token", "client_id=device&token=", form, 400],
    ["has two tokens", "client_id=device&token=a&token=b", form, 400],
    ["has a token with a NUL", "client_id=device&token=a%00", form, 400],
    ["is too large", `client_id=device&token=a&x=${"a".repeat(70_000)}`, form, 413],
    ["is JSON", '{"client_id":"device","token":"a"}', "application/json", 415],
  ])("that %s is refused", async (_what, body, type, status) => {
    const answer = await post(`${instance.issuer}/revoke`, body, { "Content-Type": type });
    expect(answer.status).toBe(status);
    expect(answer.body).toHaveProperty("error");
  });

  it("is not read from the address, and not by GET", async () => {
    expect((await post(`${instance.issuer}/revoke?client_id=device&token=a`, { client_id: "device" })).status).toBe(
      400,
    );
    expect((await fetch(`${instance.issuer}/revoke?token=a`)).status).toBe(405);
  });

  it("may come from a client's page, and from no other", async () => {
    const { refreshToken, grantId } = await start();
    const fields = { client_id: "device", token: refreshToken };
    const foreign = await revoke(fields, { Origin: "https://else.example.com" });
    expect(foreign.status).toBe(403);
    expect((await readGrant(instance, grantId)).revoked_at).toBeNull();
    const preflight = await fetch(`${instance.issuer}/revoke`, { method: "OPTIONS", headers: { Origin: appOrigin } });
    expect(preflight.headers.get("access-control-allow-methods")).toBe("POST");
    const own = await revoke(fields, { Origin: appOrigin });
    expect([own.status, own.headers.get("access-control-allow-origin")]).toEqual([200, appOrigin]);
  });
});

it("a JWT of ours that is no access token is a kind that cannot be given back", async () => {
  const token = await instance.holdfast.keys.sign("secevent+jwt", { iss: instance.issuer });
  const reply = await revoke({ client_id: "device", token });
  expect({ status: reply.status, ...reply.body }).toMatchObject({ status: 400, error: "unsupported_token_type" });
});

it("trouble on our side is 503, and the grant lives on (G8)", async () => {
  const { refreshToken, answer } = await start();
  for (const [table, token] of [
    ["grants", refreshToken],
    ["grants", answer.access_token],
    ["events", refreshToken],
  ] as const) {
    await instance.sql(`alter table ${table} rename to lost`);
    try {
      const reply = await revoke({ client_id: "device", token });
      expect(reply).toMatchObject({ status: 503, body: { error: "temporarily_unavailable", retryable: true } });
    } finally {
      await instance.sql(`alter table lost rename to ${table}`);
    }
  }
  expect((await postRefresh(instance, { client_id: "device", refresh_token: refreshToken })).status).toBe(200);
});
