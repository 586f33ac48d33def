import { createHmac, generateKeyPairSync } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type JWTPayload, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOddInstance, type OddInstance, type Oddities, sendJson, trySignIn } from "./odd-provider.testing.ts";

let odd: OddInstance;
beforeAll(async () => {
  odd = await createOddInstance();
});
afterAll(() => odd.close());

const strangersKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;

const signedByStranger = (claims: JWTPayload) =>
  new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid: "odd-1" }).sign(strangersKey);

const unsecured = (claims: JWTPayload) => new UnsecuredJWT(claims).encode();

/** Confuses a verifier that takes the public key, or a well-known secret, for a shared one. */
const withSharedSecret = (secret: string) => (claims: JWTPayload) => {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "HS256", kid: "odd-1" })}.${part(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
};

const announcing = (...algorithms: string[]) => ({ discovery: { id_token_signing_alg_values_supported: algorithms } });

async function expectRefusal(odder: Oddities, code: string) {
  // An hour later, so that its discovery document is asked for again; the provider's clock goes with ours.
  odd.instance.clock.advance(3_600_000);
  const oddities = { secondsAhead: Math.round((odd.instance.clock.now() - Date.now()) / 1000), ...odder };
  const { result, browser, status } = await trySignIn(odd, oddities);
  expect(result).toBe(code);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(browser.cookieNames).not.toContain("holdfast_session");
  expect(await odd.instance.sql("select id from sessions")).toEqual([]);
  expect(await odd.instance.sql("select id from users")).toEqual([]);
  const [event] = await odd.instance.sql<{ data: { code: string } }>(
    "select data from events where type = 'signin.failed' order by id desc limit 1",
  );
  expect(event?.data.code).toBe(code);
}

it("lets in whom a good provider vouches for", async () => {
  const good = await createOddInstance();
  expect((await trySignIn(good, {})).result).toBe("signed in");
  await good.close();
});

describe("the way back from a provider", () => {
  const elsewhere = "http://localhost:1/";
  it.each<[string, string, Oddities]>([
    ["an iss of somebody else (RFC 9207)", "provider_issuer_mismatch", { returned: { iss: elsewhere } }],
    ["an iss that differs by a slash", "provider_issuer_mismatch", { returned: { iss: "http://localhost/" } }],
    ["no iss, though it was announced", "provider_issuer_mismatch", { returned: { iss: undefined } }],
    ["no code", "provider_response_invalid", { returned: { code: undefined } }],
    ["a code the provider does not know", "provider_code_rejected", { returned: { code: "nobody-gave-this" } }],
    ["access_denied", "provider_denied", { returned: { code: undefined, error: "access_denied" } }],
    ["server_error", "provider_unavailable", { returned: { code: undefined, error: "server_error" } }],
    ["temporarily_unavailable", "provider_unavailable", { returned: { error: "temporarily_unavailable" } }],
    ["unauthorized_client", "provider_misconfigured", { returned: { code: undefined, error: "unauthorized_client" } }],
    ["invalid_scope", "provider_misconfigured", { returned: { code: undefined, error: "invalid_scope" } }],
    ["an error nobody knows", "provider_error", { returned: { code: undefined, error: "purple" } }],
    ["an error beside a code", "provider_denied", { returned: { error: "access_denied" } }],
    ["an error from another issuer", "provider_issuer_mismatch", { returned: { error: "x", iss: elsewhere } }],
    ["an ID token in the address", "provider_response_invalid", { returned: { id_token: "a.b.c" } }],
    ["a JARM response", "provider_response_invalid", { returned: { response: "a.b.c" } }],
  ])("with %s is refused: %s", (_what, code, oddities) => expectRefusal(oddities, code));
});

describe("the ID token", () => {
  it.each<[string, string, Oddities]>([
    ["another nonce", "provider_token_invalid", { claims: { nonce: "another" } }],
    ["no nonce", "provider_token_invalid", { claims: { nonce: undefined } }],
    ["another issuer", "provider_issuer_mismatch", { claims: { iss: "https://evil.example" } }],
    ["no issuer", "provider_issuer_mismatch", { claims: { iss: undefined } }],
    ["another audience", "provider_token_invalid", { claims: { aud: "somebody-else" } }],
    ["several audiences without ours", "provider_token_invalid", { claims: { aud: ["a", "b"] } }],
    ["several audiences and no azp", "provider_token_invalid", { claims: { aud: ["holdfast", "b"] } }],
    ["another azp", "provider_token_invalid", { claims: { aud: ["holdfast", "b"], azp: "b" } }],
    ["no audience", "provider_token_invalid", { claims: { aud: undefined } }],
    ["no subject", "provider_token_invalid", { claims: { sub: undefined } }],
    ["an empty subject", "provider_token_invalid", { claims: { sub: "" } }],
    ["a number as subject", "provider_token_invalid", { claims: { sub: 7 } }],
    ["a subject over 255 characters", "provider_token_invalid", { claims: { sub: "a".repeat(256) } }],
    ["a subject of 20,000 characters", "provider_token_invalid", { claims: { sub: "a".repeat(20_000) } }],
    ["a NUL in its subject", "provider_token_invalid", { claims: { sub: "ada\u0000" } }],
    ["no expiry", "provider_token_invalid", { claims: { exp: undefined } }],
    ["no time of issue", "provider_token_invalid", { claims: { iat: undefined } }],
    ["a word as expiry", "provider_token_invalid", { claims: { exp: "tomorrow" } }],
    ["a stranger's signature", "provider_token_invalid", { idToken: signedByStranger }],
    ["alg none", "provider_token_invalid", { idToken: unsecured }],
    ["alg none, announced", "provider_token_invalid", { ...announcing("none", "ES256"), idToken: unsecured }],
    ["HS256 under our client id", "provider_token_invalid", { idToken: withSharedSecret("holdfast") }],
    ["HS256, announced", "provider_token_invalid", { ...announcing("HS256"), idToken: withSharedSecret("holdfast") }],
    ["a key nobody published", "provider_token_invalid", { header: { kid: "odd-2" } }],
  ])("with %s is refused: %s", (_what, code, oddities) => expectRefusal(oddities, code));
});

describe("the other answers", () => {
  it.each<[string, string, Oddities]>([
    ["user info of somebody else", "provider_response_invalid", { userInfo: { sub: "eve" } }],
    ["user info without a subject", "provider_response_invalid", { userInfo: { sub: undefined } }],
    ["no ID token", "provider_response_invalid", { answer: { id_token: undefined } }],
    ["no access token", "provider_response_invalid", { answer: { access_token: undefined } }],
    ["a token type nobody knows", "provider_response_invalid", { answer: { token_type: "purple" } }],
    ["half a JWT as ID token", "provider_response_invalid", { answer: { id_token: "abc.def" } }],
    ["an encrypted ID token", "provider_response_invalid", { answer: { id_token: "a.b.c.d.e" } }],
    ["an unknown client, with a challenge", "provider_misconfigured", { takeOver: { "/token": refuseClient } }],
    ["a failing token endpoint", "provider_unavailable", { takeOver: { "/token": fail } }],
    ["a failing userinfo endpoint", "provider_unavailable", { takeOver: { "/userinfo": fail } }],
    ["a redirect to elsewhere", "provider_response_invalid", { takeOver: { "/token": redirect } }],
  ])("%s: %s", (_what, code, oddities) => expectRefusal(oddities, code));
});

function refuseClient(_request: IncomingMessage, response: ServerResponse) {
  // RFC 6749, section 5.2: 401 comes with a challenge where the client used the Authorization header.
  response.setHeader("WWW-Authenticate", 'Basic realm="odd"');
  sendJson(response, 401, { error: "invalid_client" });
}

function fail(_request: IncomingMessage, response: ServerResponse) {
  sendJson(response, 500, { error: "oops" });
}

function redirect(_request: IncomingMessage, response: ServerResponse) {
  response.writeHead(307, { Location: "http://localhost:1/token" }).end();
}
