import { createPrivateKey, generateKeyPairSync, sign } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { basic } from "../grants/refresh.testing.ts";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { asClient, asService, createTokensInstance, introspect, post, serviceSecret } from "./tokens.testing.ts";

let instance: TestInstance;
let token: string;
let refreshToken: string;
beforeAll(async () => {
  instance = await createTokensInstance();
  const started = await startSession(instance, { clientId: "device" });
  token = started.answer.access_token;
  refreshToken = started.refreshToken;
});
afterAll(() => instance.close());

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
const decode = (part = "") => JSON.parse(Buffer.from(part, "base64url").toString());
const headerOf = (jwt: string) => decode(jwt.split(".")[0]);
const claimsOf = (jwt: string) => decode(jwt.split(".")[1]);

/** Another header or other claims under the same signature. */
function altered(jwt: string, { header = {}, claims = {} }: { header?: object; claims?: object }): string {
  const [, , signature = ""] = jwt.split(".");
  return [encode({ ...headerOf(jwt), ...header }), encode({ ...claimsOf(jwt), ...claims }), signature].join(".");
}

function signedByAnother(jwt: string): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const input = jwt.split(".").slice(0, 2).join(".");
  const key = createPrivateKey(privateKey.export({ format: "pem", type: "pkcs8" }).toString());
  return `${input}.${sign("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")}`;
}

describe("a token that is worth nothing is inactive, and nothing else is told", () => {
  it.each<[string, () => string]>([
    ["any word", () => "token"],
    ["two dots", () => ".."],
    ["an empty JWT", () => `${encode({})}.${encode({})}.`],
    ["JSON that is no object", () => `${encode([1])}.${Buffer.from("7").toString("base64url")}.AAAA`],
    ["no JSON", () => "e30.e3.AAAA"],
    ["another signature", () => signedByAnother(token)],
    ["no signature", () => token.slice(0, token.lastIndexOf(".") + 1)],
    ["a cut signature", () => token.slice(0, -4)],
    ["alg none", () => altered(token, { header: { alg: "none" } })],
    ["alg HS256", () => altered(token, { header: { alg: "HS256" } })],
    ["a key id that nobody has", () => altered(token, { header: { kid: "nobody" } })],
    ["a key id of every object", () => altered(token, { header: { kid: "__proto__" } })],
    ["a header that must be understood", () => altered(token, { header: { crit: ["exp"] } })],
    ["another issuer", () => altered(token, { claims: { iss: "https://else.example.com" } })],
    ["later claims", () => altered(token, { claims: { exp: 4_102_444_800 } })],
    ["a cut refresh token", () => refreshToken.slice(0, -4)],
    [
      "an altered refresh token",
      () => refreshToken.replace(/.(?=.{8}$)/, (character) => (character === "A" ? "B" : "A")),
    ],
    ["a refresh token's beginning", () => "hf_rt_"],
    ["a refresh token and more", () => `${refreshToken}A`],
    ["an access token and more", () => `${token}.${token}`],
    ["4 KB", () => "a".repeat(4_096)],
    ["other letters", () => "жетон 🔑"],
  ])("%s", async (_what, make) => {
    expect(await introspect(instance, make())).toEqual({ active: false });
  });

  it("a JWT of ours that is no access token", async () => {
    for (const [type, claims] of [
      ["secevent+jwt", claimsOf(token)],
      ["JWT", claimsOf(token)],
      ["at+jwt", { ...claimsOf(token), iss: "https://else.example.com" }],
      ["at+jwt", { ...claimsOf(token), grant_id: "no uuid" }],
      ["at+jwt", { ...claimsOf(token), exp: "later" }],
    ] as const) {
      expect(await introspect(instance, await instance.holdfast.keys.sign(type, claims))).toEqual({ active: false });
    }
    const again = await instance.holdfast.keys.sign("at+jwt", claimsOf(token));
    expect(await introspect(instance, again)).toMatchObject({ active: true });
  });
});

describe("whoever asks says who they are", () => {
  it.each<[string, Record<string, string>, Record<string, string>, number, string, string]>([
    ["nobody", {}, {}, 401, "invalid_client", "client_authentication_failed"],
    ["a stranger", { Authorization: basic("nobody", "x") }, {}, 401, "invalid_client", "client_unknown"],
    [
      "a service with a wrong secret",
      { Authorization: basic("api", "x") },
      {},
      401,
      "invalid_client",
      "service_authentication_failed",
    ],
    ["a service without a secret", {}, { client_id: "api" }, 401, "invalid_client", "service_authentication_failed"],
    ["a service that may not", asService("office"), {}, 403, "unauthorized_client", "service_forbidden"],
    [
      "a client with a wrong secret",
      { Authorization: basic("service", "x") },
      {},
      401,
      "invalid_client",
      "client_authentication_failed",
    ],
    [
      "a client with a service's secret",
      { Authorization: basic("service", serviceSecret) },
      {},
      401,
      "invalid_client",
      "client_authentication_failed",
    ],
    ["a public client", {}, { client_id: "device" }, 401, "invalid_client", "client_authentication_failed"],
    ["the token itself as a bearer's", { Authorization: "Bearer x" }, {}, 400, "invalid_request", "invalid_request"],
    ["two at once", asClient(), { client_id: "still" }, 400, "invalid_request", "invalid_request"],
    ["a secret given twice", asClient(), { client_secret: "x" }, 400, "invalid_request", "invalid_request"],
  ])("%s is refused", async (_who, headers, fields, status, error, reason) => {
    const answer = await post(`${instance.issuer}/introspect`, { token, ...fields }, headers);
    expect({ status: answer.status, ...answer.body }).toMatchObject({ status, error, reason });
    expect(answer.body).not.toHaveProperty("active");
    if (status === 401 && headers.Authorization)
      expect(answer.headers.get("www-authenticate")).toMatch(/^Basic realm=/);
  });
});

describe("the form", () => {
  const form = "application/x-www-form-urlencoded";

  it.each<[string, BodyInit | null, string, number]>([
    ["is missing", null, form, 400],
    ["has no token", "a=b", form, 400],
    ["has an empty token", "token=", form, 400],
    ["has two tokens", "token=a&token=b", form, 400],
    ["has a token with a line break", "token=a%0Ab", form, 400],
    ["has too long a token", `token=${"a".repeat(4_097)}`, form, 400],
    ["is too large", `token=a&x=${"a".repeat(70_000)}`, form, 413],
    ["is JSON", '{"token":"a"}', "application/json", 415],
    ["is text", "token=a", "text/plain", 415],
    ["says not what it is", new Uint8Array([0x74]), "", 415],
  ])("that %s is refused", async (_what, body, type, status) => {
    const answer = await post(`${instance.issuer}/introspect`, body, { ...asService(), "Content-Type": type });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ error: "invalid_request", retryable: false });
  });

  it.each(["access_token", "refresh_token", "saml2", "", "🔑"])(
    "may have the hint %j, which changes nothing",
    async (hint) => {
      for (const each of [token, refreshToken]) {
        const answer = await post(`${instance.issuer}/introspect`, { token: each, token_type_hint: hint }, asService());
        expect(answer.body).toMatchObject({ active: true });
      }
    },
  );

  it("is not read from the address", async () => {
    const answer = await post(`${instance.issuer}/introspect?token=${token}`, {}, asService());
    expect(answer.status).toBe(400);
    expect((await fetch(`${instance.issuer}/introspect?token=a`, { headers: asService() })).status).toBe(405);
  });

  it("of a confidential client may carry its secret, and no answer is kept by a cache", async () => {
    const own = (await startSession(instance, { clientId: "service" })).answer.access_token;
    const { clientId, clientSecret } = { clientId: "service", clientSecret: "a+secret with%20 signs:=&é" };
    const fields = { token: own, client_id: clientId, client_secret: clientSecret };
    const answer = await post(`${instance.issuer}/introspect`, fields);
    expect(answer.body).toMatchObject({ active: true, client_id: "service" });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("trouble on our side (G8)", () => {
  it.each(["grants", "sessions"])("says nothing about a token: without %s it is 503", async (table) => {
    await instance.sql(`alter table ${table} rename to lost`);
    try {
      for (const each of [token, refreshToken]) {
        const answer = await post(`${instance.issuer}/introspect`, { token: each }, asService());
        expect(answer).toMatchObject({ status: 503, body: { error: "temporarily_unavailable", retryable: true } });
        expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
      }
    } finally {
      await instance.sql(`alter table lost rename to ${table}`);
    }
  });

  it("says nothing about a key that another node may have made", async () => {
    const unknown = altered(token, { header: { kid: "made-elsewhere" } });
    // News of any kind may be of a key: the key set is looked at again at the next need.
    const { session } = await startSession(instance);
    await instance.holdfast.sessions.revoke({ id: session.id }, "session_revoked");
    await instance.sql("alter table signing_keys rename to lost");
    try {
      expect((await post(`${instance.issuer}/introspect`, { token: unknown }, asService())).status).toBe(503);
    } finally {
      await instance.sql("alter table lost rename to signing_keys");
    }
    expect(await introspect(instance, unknown)).toEqual({ active: false });
  });
});
