import { createHmac } from "node:crypto";
import { exportSPKI, importJWK, SignJWT } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { createFakeFetch, metadataPath } from "../testing/fake-fetch.ts";
import { createSigner, goodClaims, type Signer, testAudience, testNow, unsignedToken } from "../testing/signer.ts";
import type { VerifierEvent } from "./events.ts";
import { TokenError } from "./token-error.ts";
import { createVerifier, type Verifier } from "./verifier.ts";

const issuer = "https://id.example.com";
const claims = goodClaims(issuer);
const seconds = testNow / 1000;

let signer: Signer;
let stranger: Signer;
let rsa: Signer;
let verifier: Verifier;
const events: VerifierEvent[] = [];

beforeAll(async () => {
  [signer, stranger, rsa] = await Promise.all([
    createSigner("key-1"),
    createSigner("key-1"),
    createSigner("key-rsa", "RS256"),
  ]);
  const ed = await createSigner("key-ps", "PS256");
  const { fetch } = createFakeFetch({
    [metadataPath]: { issuer, jwks_uri: `${issuer}/jwks` },
    "/jwks": { keys: [signer.jwk, rsa.jwk, ed.jwk] },
  });
  verifier = createVerifier({
    issuer,
    audience: [testAudience, "https://other.example.com"],
    feed: "off",
    fetch,
    clock: { now: () => testNow },
  });
  verifier.on("*", (event) => events.push(event));
});

async function refusal(token: string): Promise<TokenError> {
  const error: unknown = await verifier.verify(token).catch((thrown) => thrown);
  if (error instanceof TokenError) return error;
  throw new Error("The token was not refused with a TokenError", { cause: error });
}

describe("accepts", () => {
  const tokens: [string, () => Promise<string>][] = [
    ["a good token", () => signer.sign(claims)],
    ["the type with its prefix, in any case", () => signer.sign(claims, { typ: "Application/AT+JWT" })],
    ["an RS256 token", () => rsa.sign(claims)],
    ["one of several audiences", () => signer.sign({ ...claims, aud: ["https://x.example.com", testAudience] })],
    ["an empty scope", () => signer.sign({ ...claims, scope: "" })],
    ["claims that it does not know", () => signer.sign({ ...claims, plan: "team" })],
    [
      "claims nested as deep as a token's length allows",
      () => signer.sign({ ...claims, deep: JSON.parse("[".repeat(2700) + "]".repeat(2700)) }),
    ],
    ["a token that expired within the tolerance", () => signer.sign({ ...claims, exp: seconds - 4 })],
    ["a token issued ahead of our clock within the tolerance", () => signer.sign({ ...claims, iat: seconds + 5 })],
    ["a token with nbf in the past", () => signer.sign({ ...claims, nbf: seconds - 1 })],
    ["a key reference in the header, without reading it", () => signer.sign(claims, { jku: "https://evil.example" })],
  ];

  test.each(tokens)("%s", async (_, token) => {
    expect(await verifier.verify(await token())).toMatchObject({ sub: "user_ada", sid: "session-1" });
  });
});

describe("refuses", () => {
  const withoutClaim = (name: string) => () => signer.sign({ ...claims, [name]: undefined });
  const withClaim = (name: string, value: unknown) => () => signer.sign({ ...claims, [name]: value });
  const header = { alg: "ES256", kid: "key-1", typ: "at+jwt" };

  const tokens: [string, string, () => string | Promise<string>][] = [
    ["nothing", "token_missing", () => ""],
    ["undefined", "token_missing", () => undefined as unknown as string],
    ["what is not a string", "token_malformed", () => 42 as unknown as string],
    ["words", "token_malformed", () => "not a token"],
    ["a token with its scheme", "token_malformed", async () => `Bearer ${await signer.sign(claims)}`],
    ["two parts", "token_malformed", () => "e30.e30"],
    ["four parts", "token_malformed", () => "e30.e30.x.y"],
    ["five parts, as of a JWE", "token_malformed", () => "e30.e30.x.y.z"],
    ["padding", "token_malformed", async () => `${await signer.sign(claims)}=`],
    ["a line end", "token_malformed", async () => `${await signer.sign(claims)}\n`],
    ["a header that is not JSON", "token_malformed", () => "AAAA.e30.AAAA"],
    ["a header that is a list", "token_malformed", () => unsignedToken([], claims)],
    ["a header of null", "token_malformed", () => "bnVsbA.e30.AAAA"],
    [
      "a header that is not UTF-8",
      "token_malformed",
      () => `${Buffer.from([0x7b, 0xff, 0x7d]).toString("base64url")}.e30.x`,
    ],
    ["a payload that is a list", "token_malformed", () => unsignedToken(header, [])],
    ["more than 8 KB", "token_malformed", () => signer.sign({ ...claims, pad: "x".repeat(8192) })],
    ["a critical extension", "token_malformed", () => unsignedToken({ ...header, crit: ["exp"] }, claims)],
    ["an unencoded payload", "token_malformed", () => unsignedToken({ ...header, b64: false, crit: ["b64"] }, claims)],
    ["an ID token", "token_type_invalid", () => signer.sign(claims, { typ: "JWT" })],
    ["a token without a type", "token_type_invalid", () => signer.sign(claims, { typ: undefined })],
    ["a security event token", "token_type_invalid", () => signer.sign(claims, { typ: "secevent+jwt" })],
    ["a logout token", "token_type_invalid", () => signer.sign(claims, { typ: "logout+jwt" })],
    ["a type that only begins so", "token_type_invalid", () => signer.sign(claims, { typ: "at+jwt2" })],
    ["a type that is a list", "token_type_invalid", () => unsignedToken({ ...header, typ: ["at+jwt"] }, claims)],
    ["alg none", "token_algorithm_unsupported", () => unsignedToken({ ...header, alg: "none" }, claims)],
    ["alg nOnE", "token_algorithm_unsupported", () => unsignedToken({ ...header, alg: "nOnE" }, claims)],
    ["HS256 with the public key as the secret", "token_algorithm_unsupported", hs256WithPublicKey],
    ["no algorithm", "token_algorithm_unsupported", () => unsignedToken({ ...header, alg: undefined }, claims)],
    [
      "an algorithm that is not on the list",
      "token_algorithm_unsupported",
      () => unsignedToken({ ...header, alg: "PS256", kid: "key-ps" }, claims),
    ],
    ["no kid", "token_key_unknown", () => signer.sign(claims, { kid: undefined })],
    ["an empty kid", "token_key_unknown", () => signer.sign(claims, { kid: "" })],
    ["a kid that is a number", "token_key_unknown", () => unsignedToken({ ...header, kid: 1 }, claims)],
    ["an unknown kid", "token_key_unknown", () => signer.sign(claims, { kid: "key-2" })],
    ["a kid that is a path", "token_key_unknown", () => signer.sign(claims, { kid: "../../dev/null" })],
    [
      "a kid of another kind of key",
      "token_key_unknown",
      () => unsignedToken({ ...header, kid: "key-rsa" }, claims, "AAAA"),
    ],
    ["a stranger's key in the header", "token_signature_invalid", () => stranger.sign(claims, { jwk: stranger.jwk })],
    [
      "a stranger's key by reference",
      "token_signature_invalid",
      () => stranger.sign(claims, { jku: "https://evil.example/jwks", x5u: "https://evil.example/x" }),
    ],
    ["a stranger's signature", "token_signature_invalid", () => stranger.sign(claims)],
    ["no signature", "token_signature_invalid", () => unsignedToken(header, claims)],
    ["a signature of zeros", "token_signature_invalid", () => unsignedToken(header, claims, "A".repeat(86))],
    ["an altered payload", "token_signature_invalid", alteredPayload],
    ["an altered header", "token_signature_invalid", alteredHeader],
    ["another issuer", "token_issuer_mismatch", withClaim("iss", "https://evil.example.com")],
    ["an issuer with a slash more", "token_issuer_mismatch", withClaim("iss", `${issuer}/`)],
    ["an issuer in capitals", "token_issuer_mismatch", withClaim("iss", issuer.toUpperCase())],
    ["an issuer in a list", "token_issuer_mismatch", withClaim("iss", [issuer])],
    ["no issuer", "token_issuer_mismatch", withoutClaim("iss")],
    ["another audience", "token_audience_mismatch", withClaim("aud", "https://evil.example.com")],
    ["a list without our audience", "token_audience_mismatch", withClaim("aud", ["https://x.example.com"])],
    ["an audience that only begins like ours", "token_audience_mismatch", withClaim("aud", `${testAudience}.evil.com`)],
    ["our audience within a string", "token_audience_mismatch", withClaim("aud", `x ${testAudience}`)],
    ["an empty list of audiences", "token_claims_invalid", withClaim("aud", [])],
    ["an audience that is an object", "token_claims_invalid", withClaim("aud", { [testAudience]: true })],
    ["a list with more than strings", "token_claims_invalid", withClaim("aud", [testAudience, 1])],
    ["a token that has expired", "token_expired", withClaim("exp", seconds - 6)],
    ["a token at the very end of the tolerance", "token_expired", withClaim("exp", seconds - 5)],
    ["a token of 1970", "token_expired", withClaim("exp", 0)],
    ["a token issued in the future", "token_not_yet_valid", withClaim("iat", seconds + 601)],
    ["a token that is not valid yet", "token_not_yet_valid", withClaim("nbf", seconds + 6)],
    ["exp as a string", "token_claims_invalid", withClaim("exp", String(seconds + 60))],
    ["exp beyond all dates", "token_claims_invalid", withClaim("exp", 1e300)],
    ["exp of null", "token_claims_invalid", withClaim("exp", null)],
    ["a negative iat", "token_claims_invalid", withClaim("iat", -1)],
    ["nbf as a string", "token_claims_invalid", withClaim("nbf", "0")],
    ["an empty subject", "token_claims_invalid", withClaim("sub", "")],
    ["a subject that is a number", "token_claims_invalid", withClaim("sub", 7)],
    ["scope as a list", "token_claims_invalid", withClaim("scope", ["profile"])],
    ...["sub", "aud", "exp", "iat", "jti", "client_id", "sid", "grant_id", "scope", "account", "role", "auth_time"].map(
      (name): [string, string, () => Promise<string>] => [
        `a token without ${name}`,
        "token_claims_invalid",
        withoutClaim(name),
      ],
    ),
  ];

  test.each(tokens)("%s as %s", async (_, code, token) => {
    expect((await refusal(await token())).code).toBe(code);
  });

  async function hs256WithPublicKey(): Promise<string> {
    const key = (await importJWK(rsa.jwk, "RS256", { extractable: true })) as CryptoKey;
    const input = unsignedToken({ alg: "HS256", kid: "key-rsa", typ: "at+jwt" }, claims).slice(0, -1);
    return `${input}.${createHmac("sha256", await exportSPKI(key))
      .update(input)
      .digest("base64url")}`;
  }

  async function alteredPayload(): Promise<string> {
    const [head, , signature] = (await signer.sign(claims)).split(".");
    const [, payload] = unsignedToken({}, { ...claims, sub: "user_eve" }).split(".");
    return [head, payload, signature].join(".");
  }

  async function alteredHeader(): Promise<string> {
    const [, payload, signature] = (await signer.sign(claims)).split(".");
    const [head] = unsignedToken({ ...header, extra: true }, {}).split(".");
    return [head, payload, signature].join(".");
  }
});

describe("explains", () => {
  test("how long ago a token expired, and by whose clock", async () => {
    expect((await refusal(await signer.sign({ ...claims, exp: seconds - 12 }))).message).toBe(
      "The token expired 12 s ago by this server's clock (12:03:04Z); its exp is 2026-03-01T12:02:52.000Z.",
    );
  });

  test.each([
    [300, "5 min"],
    [3 * 3600, "3 h"],
    [4 * 86_400, "4 days"],
  ])("an age of %i seconds as %s", async (age, words) => {
    expect((await refusal(await signer.sign({ ...claims, exp: seconds - age }))).message).toContain(
      `expired ${words} ago`,
    );
  });

  test("how far ahead a token is, and of whose clock", async () => {
    expect((await refusal(await signer.sign({ ...claims, nbf: seconds + 90 }))).message).toBe(
      "The token's nbf is 90 s ahead of this server's clock (12:03:04Z).",
    );
  });

  test("no token that was issued by a clock six minutes ahead of its own", async () => {
    const token = await signer.sign({ ...claims, iat: seconds + 360, exp: seconds + 1_260 });
    await expect(verifier.verify(token)).resolves.toMatchObject({ sub: claims.sub });
  });

  test("every claim that is wrong, at once", async () => {
    const token = await signer.sign({ ...claims, sub: 1, jti: undefined, scope: null });
    expect((await refusal(token)).message).toBe("Missing or of the wrong type: sub, jti, scope.");
  });

  test("both issuers and both audiences", async () => {
    expect((await refusal(await signer.sign({ ...claims, iss: "https://x" }))).message).toBe(
      'The token\'s issuer is "https://x"; this service trusts "https://id.example.com".',
    );
    expect((await refusal(await signer.sign({ ...claims, aud: "https://x" }))).message).toBe(
      'The token is for "https://x"; this service is "https://api.example.com" or "https://other.example.com".',
    );
  });

  test("a stranger's words at no more than a line's length", async () => {
    const { message } = await refusal(await signer.sign({ ...claims, iss: "x".repeat(2000) }));
    expect(message.length).toBeLessThan(250);
  });
});

describe("authenticates a request", () => {
  const request = async (token?: Promise<string>) =>
    new Request("https://api.example.com/", token ? { headers: { authorization: `Bearer ${await token}` } } : {});

  test.each([undefined, "", "profile", "profile invoices:read", ["invoices:read"]])(
    "whose token has %j",
    async (scope) => {
      expect((await verifier.authenticate(await request(signer.sign(claims)), { scope })).sub).toBe("user_ada");
    },
  );

  test.each(["invoices:write", "profile invoices:write", "profil", "invoices"])(
    "but not one that needs %s",
    async (scope) => {
      const error: TokenError = await verifier
        .authenticate(await request(signer.sign(claims)), { scope })
        .catch((e) => e);
      expect(error).toMatchObject({ code: "insufficient_scope", status: 403 });
      expect(error.wwwAuthenticate).toContain(`scope="${scope}"`);
    },
  );

  test("and answers for the handler when it must not be called", async () => {
    const handler = verifier.protect(() => Response.json("called"));
    const response = await handler(await request());
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toMatch(/^Bearer realm=/);
    expect(await response.json()).toMatchObject({ code: "token_missing" });
  });

  test("and hands the claims to the handler", async () => {
    const handler = verifier.protect((_, { sub }) => Response.json(sub), { scope: "profile" });
    expect(await (await handler(await request(signer.sign(claims)))).json()).toBe("user_ada");
  });

  test("and leaves the handler's own errors alone", async () => {
    const handler = verifier.protect(() => {
      throw new Error("the app's own");
    });
    await expect(handler(await request(signer.sign(claims)))).rejects.toThrow("the app's own");
  });

  test("and refuses a scope that is none when the handler is wrapped, not when it is called", () => {
    expect(() => verifier.protect(() => new Response(), { scope: 'a"b' })).toThrow(TypeError);
  });
});

test("tells each refusal once, with the id that the answer carries, and without the token", async () => {
  events.length = 0;
  const token = await signer.sign({ ...claims, exp: seconds - 60 });
  const error = await refusal(token);
  expect(events.filter(({ type }) => type === "token_refused")).toEqual([
    {
      type: "token_refused",
      code: "token_expired",
      detail: error.message,
      requestId: error.requestId,
      clientId: "web",
    },
  ]);
  expect(JSON.stringify(events)).not.toContain(token.split(".")[2]);
});

test("does not mind a listener that throws", async () => {
  const { fetch } = createFakeFetch({
    [metadataPath]: { issuer, jwks_uri: `${issuer}/jwks` },
    "/jwks": { keys: [signer.jwk] },
  });
  const clock = { now: () => testNow };
  const fragile = createVerifier({ issuer, audience: testAudience, feed: "off", fetch, clock });
  fragile.on("*", () => {
    throw new Error("the log is full");
  });
  expect((await fragile.verify(await signer.sign(claims))).sub).toBe("user_ada");
});

test("refuses a shared secret, even one that the key set has", async () => {
  const secret = new TextEncoder().encode("a shared secret of thirty-two bytes");
  const { fetch } = createFakeFetch({
    [metadataPath]: { issuer, jwks_uri: `${issuer}/jwks` },
    "/jwks": { keys: [{ kty: "oct", kid: "key-oct", k: Buffer.from(secret).toString("base64url") }] },
  });
  const gullible = createVerifier({
    issuer,
    audience: testAudience,
    feed: "off",
    fetch,
    clock: { now: () => testNow },
  });
  const token = await new SignJWT({ ...claims, aud: testAudience })
    .setProtectedHeader({ alg: "HS256", kid: "key-oct", typ: "at+jwt" })
    .sign(secret);
  await expect(gullible.verify(token)).rejects.toMatchObject({ code: "token_algorithm_unsupported" });
});
