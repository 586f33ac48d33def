import { CompactSign, exportJWK, SignJWT } from "jose";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createFakeFetch, metadataPath } from "../testing/fake-fetch.ts";
import { createProver, type ProofChange, type Prover } from "../testing/prover.ts";
import { createSigner, goodClaims, type Signer, testAudience, testNow } from "../testing/signer.ts";
import type { VerifierOptions } from "./options.ts";
import { TokenError } from "./token-error.ts";
import { createVerifier, type Verifier } from "./verifier.ts";

const issuer = "https://id.example.com";
const address = "https://api.example.com/invoices";
const seconds = testNow / 1000;

let signer: Signer;
let prover: Prover;
let verifier: Verifier;
let now = testNow;
/** A token that is bound to the prover's key. */
let token: string;

beforeAll(async () => {
  [signer, prover] = await Promise.all([createSigner("key-1"), createProver()]);
  verifier = createTestVerifier();
});
beforeEach(async () => {
  now = testNow;
  token = await sign({ cnf: { jkt: prover.jkt } });
});

function createTestVerifier(options: Partial<VerifierOptions> = {}): Verifier {
  const { fetch } = createFakeFetch({
    [metadataPath]: { issuer, jwks_uri: `${issuer}/jwks` },
    "/jwks": { keys: [signer.jwk] },
  });
  const clock = { now: () => now };
  return createVerifier({ issuer, audience: testAudience, feed: "off", fetch, clock, ...options });
}

const sign = (claims: object) => signer.sign({ ...goodClaims(issuer), jti: crypto.randomUUID(), ...claims });

/** A proof for a GET of the address with the token, changed. */
const prove = (change?: ProofChange, by = prover) => by.prove({ htm: "GET", htu: address, token, now }, change);

function request(authorization: string, proof?: string, url = address, method = "GET"): Request {
  const headers = new Headers({ authorization });
  if (proof !== undefined) headers.set("dpop", proof);
  return new Request(url, { method, headers });
}

/** `good`, or the refusal. */
async function ask(asked: Parameters<Verifier["authenticate"]>[0], by = verifier): Promise<TokenError | "good"> {
  const outcome = await by.authenticate(asked).catch((error: unknown) => error);
  if (outcome instanceof TokenError) return outcome;
  if (outcome instanceof Error) throw outcome;
  return "good";
}

async function refusal(asked: Parameters<Verifier["authenticate"]>[0], by?: Verifier): Promise<TokenError> {
  const outcome = await ask(asked, by);
  if (outcome === "good") throw new Error("was not refused");
  return outcome;
}

const algs = "ES256 EdDSA Ed25519 PS256 RS256";

describe("a bound token", () => {
  test.each(algs.split(" "))("is good with a proof by its key, of %s", async (alg) => {
    const owner = await createProver(alg);
    token = await sign({ cnf: { jkt: owner.jkt } });
    expect(await ask(request(`DPoP ${token}`, await prove({}, owner)))).toBe("good");
  });

  test("is good again and again, each time with a new proof, and is verified once", async () => {
    const own = createTestVerifier();
    for (let turn = 0; turn < 3; turn += 1)
      expect(await ask(request(`DPoP ${token}`, await prove()), own)).toBe("good");
    expect(own.status().tokens).toMatchObject({ verified: 1, cached: 2 });
  });

  test("sent as Bearer is refused, with a challenge for DPoP (RFC 9449, section 7.2)", async () => {
    for (const proof of [undefined, await prove()]) {
      const { code, status, wwwAuthenticate, clientId } = await refusal(request(`Bearer ${token}`, proof));
      expect({ code, status, clientId }).toEqual({ code: "token_proof_missing", status: 401, clientId: "web" });
      expect(wwwAuthenticate).toMatch(new RegExp(`^DPoP algs="${algs}", error="invalid_token", error_description="`));
    }
  });

  test("sent as Bearer is refused when it was seen before as well", async () => {
    expect(await ask(request(`DPoP ${token}`, await prove()))).toBe("good");
    expect((await refusal(request(`Bearer ${token}`))).code).toBe("token_proof_missing");
  });

  test("is refused by verify(), which sees no proof", async () => {
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: "token_proof_missing" });
  });

  test("without a proof is refused", async () => {
    const { code, wwwAuthenticate } = await refusal(request(`DPoP ${token}`));
    expect(code).toBe("token_proof_missing");
    expect(wwwAuthenticate).toMatch(/^DPoP algs="[^"]+", error="invalid_token"/);
  });

  test("with a good proof by another key is refused", async () => {
    const { code, wwwAuthenticate } = await refusal(request(`DPoP ${token}`, await prove({}, await createProver())));
    expect(code).toBe("token_key_mismatch");
    expect(wwwAuthenticate).toMatch(/^DPoP algs="[^"]+", error="invalid_token"/);
  });

  test("that is not good anyhow is refused for that, with a challenge for DPoP", async () => {
    token = await sign({ exp: seconds - 12, cnf: { jkt: prover.jkt } });
    const { code, wwwAuthenticate } = await refusal(request(`DPoP ${token}`, await prove()));
    expect(code).toBe("token_expired");
    expect(wwwAuthenticate).toMatch(
      /^DPoP algs="[^"]+", error="invalid_token", error_description="The token expired 12 s/,
    );
  });

  test("without the scope is refused for that, with a challenge for DPoP", async () => {
    const error = await verifier
      .authenticate(request(`DPoP ${token}`, await prove()), { scope: "pay" })
      .catch((thrown: TokenError) => thrown);
    expect(error).toMatchObject({ code: "insufficient_scope" });
    expect((error as TokenError).wwwAuthenticate).toMatch(/^DPoP .*error="insufficient_scope".*scope="pay"$/);
  });

  test.each<[string, unknown]>([
    ["by a certificate", { "x5t#S256": "A".repeat(43) }],
    ["to nothing", {}],
    ["to what is no thumbprint", { jkt: "key" }],
    ["to text", "key"],
    ["to null", null],
  ])("that is bound %s is refused, for it cannot be checked", async (_what, cnf) => {
    token = await sign({ cnf });
    expect(await refusal(request(`Bearer ${token}`))).toMatchObject({
      code: "token_claims_invalid",
      message: expect.stringContaining("cnf"),
    });
  });
});

describe("an unbound token", () => {
  test("is good as Bearer, whatever the DPoP header says", async () => {
    token = await sign({});
    expect(await ask(request(`Bearer ${token}`, "none"))).toBe("good");
  });

  test("is refused as DPoP, also with a proof (RFC 9449, section 7.1)", async () => {
    token = await sign({});
    expect((await refusal(request(`DPoP ${token}`, await prove()))).code).toBe("token_key_mismatch");
  });
});

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const withClaim = (name: string, value: unknown) => () => prove({ claims: { [name]: value } });
const withHeader = (name: string, value: unknown) => () => prove({ header: { [name]: value } });
const edited = (edit: (parts: [string, string, string]) => string) => async () =>
  edit((await prove()).split(".") as [string, string, string]);
const flip = (text: string) => (text.startsWith("A") ? "B" : "A") + text.slice(1);

async function withKey(alg: string, change: object): Promise<string> {
  const other = await createProver(alg);
  return prove({ header: { jwk: { ...other.jwk, ...change } } }, other);
}

function signRaw(payload: string): Promise<string> {
  return new CompactSign(new TextEncoder().encode(payload))
    .setProtectedHeader({ typ: "dpop+jwt", alg: "ES256", jwk: prover.jwk })
    .sign(prover.privateKey);
}

/** Each rule of RFC 9449, section 4.3, broken; the step in front. */
const brokenProofs: [string, () => string | Promise<string>][] = [
  ["1: two headers", async () => `${await prove()}, ${await prove()}`],
  ["2: nothing", () => ""],
  ["2: words", () => "not a proof"],
  ["2: two parts", edited(([header, payload]) => `${header}.${payload}`)],
  ["2: four parts", edited((parts) => `${parts.join(".")}.x`)],
  ["2: padding", edited((parts) => `${parts.join(".")}=`)],
  ["2: a header that is not JSON", edited(([, payload, signature]) => `AAAA.${payload}.${signature}`)],
  ["2: a header that is a list", edited(([, payload, signature]) => `${encode([])}.${payload}.${signature}`)],
  ["2: a payload that is not JSON", () => signRaw("not JSON")],
  ["2: a payload of null", () => signRaw("null")],
  ["2: longer than anybody needs", withClaim("padding", "x".repeat(4_000))],
  ["3: no jti", withClaim("jti", undefined)],
  ["3: an empty jti", withClaim("jti", "")],
  ["3: a jti without end", withClaim("jti", "x".repeat(257))],
  ["3: no htm", withClaim("htm", undefined)],
  ["3: no htu", withClaim("htu", undefined)],
  ["3: no iat", withClaim("iat", undefined)],
  ["3: an iat that is text", () => signRaw(JSON.stringify({ jti: "a", htm: "GET", htu: address, iat: "1", ath: "x" }))],
  ["3: no ath", withClaim("ath", undefined)],
  ["4: no typ", withHeader("typ", undefined)],
  ["4: the typ of an access token", withHeader("typ", "at+jwt")],
  [
    "5: alg none",
    edited(([, payload, signature]) => `${encode({ typ: "dpop+jwt", alg: "none" })}.${payload}.${signature}`),
  ],
  ["5: a shared secret, which is the public key", hs256],
  ["5: an algorithm that is not offered", () => withKey("ES384", {})],
  ["5: a critical extension", critical],
  ["6: an altered signature", edited(([header, payload, signature]) => `${header}.${payload}.${flip(signature)}`)],
  ["6: an altered payload", alteredPayload],
  ["6: a signature of the access token's key", async () => signer.sign({}, { typ: "dpop+jwt", jwk: prover.jwk })],
  ["6: another key in the header", async () => prove({ header: { jwk: (await createProver()).jwk } })],
  ["7: no jwk", withHeader("jwk", undefined)],
  ["7: a jwk that is text", withHeader("jwk", "key")],
  ["7: the private key", async () => prove({ header: { jwk: await exportJWK(prover.privateKey) } })],
  ["7: a shared secret as jwk", withHeader("jwk", { kty: "oct", k: "AAAA" })],
  ["7: half a key", async () => prove({ header: { jwk: { ...prover.jwk, y: undefined } } })],
  ["7: a point that is on no curve", async () => prove({ header: { jwk: { ...prover.jwk, y: prover.jwk.x } } })],
  ["7: an RSA key with an odd exponent", () => withKey("RS256", { e: "AQ" })],
  ["7: an RSA key that is short", () => withKey("RS256", { n: "AQAB".repeat(43) })],
  ["8: another method", withClaim("htm", "POST")],
  ["8: the method in small letters", withClaim("htm", "get")],
  ["9: another path", withClaim("htu", `${address}/1`)],
  ["9: another host", withClaim("htu", "https://evil.example/invoices")],
  ["9: another scheme", withClaim("htu", "http://api.example.com/invoices")],
  ["9: another port", withClaim("htu", "https://api.example.com:444/invoices")],
  ["9: a path alone", withClaim("htu", "/invoices")],
  ["9: with a user in it", withClaim("htu", "https://ada@api.example.com/invoices")],
  ["11: made 61 s ago", () => prove({ claims: { iat: seconds - 61 } })],
  ["11: made 61 s from now", () => prove({ claims: { iat: seconds + 61 } })],
  ["11: an iat beyond all time", withClaim("iat", 1e300)],
  ["12: another token's digest", withClaim("ath", "A".repeat(43))],
  ["12: the token itself", () => prove({ claims: { ath: token } })],
];

function hs256(): Promise<string> {
  const claims = { jti: "a", htm: "GET", htu: address, iat: seconds };
  const key = Buffer.from(JSON.stringify(prover.jwk));
  return new SignJWT(claims).setProtectedHeader({ typ: "dpop+jwt", alg: "HS256", jwk: prover.jwk }).sign(key);
}

async function critical(): Promise<string> {
  const [, payload, signature] = (await prove()).split(".");
  return `${encode({ typ: "dpop+jwt", alg: "ES256", jwk: prover.jwk, crit: ["x"] })}.${payload}.${signature}`;
}

async function alteredPayload(): Promise<string> {
  const [[header, , signature], [, payload]] = [(await prove()).split("."), (await prove()).split(".")];
  return `${header}.${payload}.${signature}`;
}

describe("a proof that breaks a rule is refused", () => {
  test.each(brokenProofs)("%s", async (_rule, broken) => {
    const { code, status, message, wwwAuthenticate } = await refusal(request(`DPoP ${token}`, await broken()));
    expect({ code, status }).toEqual({ code: "token_proof_invalid", status: 401 });
    expect(message).toMatch(/^The DPoP proof is not accepted: .+\.$/);
    expect(wwwAuthenticate).toMatch(
      new RegExp(`^DPoP algs="${algs}", error="invalid_dpop_proof", error_description="`),
    );
  });

  test("says by how much the clocks differ", async () => {
    const { message } = await refusal(request(`DPoP ${token}`, await prove({ claims: { iat: seconds - 420 } })));
    expect(message).toContain("its iat is 7 min behind this server's clock (12:03:04Z)");
  });

  test("of node, where two headers of one proof are two", async () => {
    const proof = await prove();
    const rawHeaders = ["Host", "api.example.com", "Authorization", `DPoP ${token}`, "DPoP", proof, "dpop", proof];
    const node = { rawHeaders, method: "GET", url: "/invoices", protocol: "https" };
    expect((await refusal(node)).message).toContain("more than one DPoP header");
  });
});

describe("a proof is used once", () => {
  test("of twenty at once one is good", async () => {
    const proof = await prove();
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => ask(request(`DPoP ${token}`, proof))));
    expect(outcomes.filter((outcome) => outcome === "good")).toHaveLength(1);
  });

  test("for as long as it could be accepted", async () => {
    now = testNow - 60_000;
    const proof = await prove({ claims: { iat: seconds } });
    expect(await ask(request(`DPoP ${token}`, proof))).toBe("good");
    for (const later of [0, 60_000, 119_000, 120_000, 121_000]) {
      now = testNow - 60_000 + later;
      expect((await refusal(request(`DPoP ${token}`, proof))).code, `${later} ms later`).toBe("token_proof_invalid");
    }
  });

  test("a refused one uses nothing up", async () => {
    const proof = await prove();
    expect(await ask(request(`DPoP ${token}`, proof, `${address}/other`))).not.toBe("good");
    expect(await ask(request(`DPoP ${token}`, proof))).toBe("good");
  });
});

describe("the address that a proof must name", () => {
  test("is the request's without query and fragment, however it is written", async () => {
    for (const htu of [address, "HTTPS://API.example.com:443/%69nvoices?x#y"]) {
      expect(await ask(request(`DPoP ${token}`, await prove({ claims: { htu } }), `${address}?page=2`))).toBe("good");
    }
  });

  const node = async (rest: object, proof = prove()) => ({
    rawHeaders: ["Host", "api.example.com", "Authorization", `DPoP ${token}`, "DPoP", await proof],
    method: "GET",
    url: "/invoices?page=2",
    ...rest,
  });

  test("is told by node's socket and Host", async () => {
    expect(await ask(await node({ socket: { encrypted: true } }))).toBe("good");
    expect(await ask(await node({ socket: {} }))).toMatchObject({ code: "token_proof_invalid" });
  });

  test("is what Express makes of the proxies before it, with the path that routers took", async () => {
    const express = { protocol: "https", host: "api.example.com", originalUrl: "/invoices?page=2", url: "/?page=2" };
    expect(await ask(await node(express))).toBe("good");
  });

  test("is of the origin that the service was told is its own", async () => {
    const behindProxy = createTestVerifier({ origin: "https://api.example.com" });
    const inside = "http://10.0.0.7:8080/invoices?page=2";
    expect(await ask(request(`DPoP ${token}`, await prove(), inside), behindProxy)).toBe("good");
    expect(await ask(await node({ socket: {} }), behindProxy)).toBe("good");
    const copied = await prove({ claims: { htu: "http://10.0.0.7:8080/invoices" } });
    expect(await ask(request(`DPoP ${token}`, copied, inside), behindProxy)).not.toBe("good");
  });

  test("cannot be told of a request that does not say", async () => {
    const headers = new Headers({ authorization: `DPoP ${token}`, dpop: await prove() });
    expect((await refusal({ headers, method: "GET" })).message).toContain("does not say");
    expect((await refusal({ headers })).code).toBe("token_proof_invalid");
  });
});

test.each(["api.example.com", "https://api.example.com/", "https://api.example.com/x", "ftp://api.example.com", "", 5])(
  "%j is no origin",
  (origin) => {
    expect(() => createTestVerifier({ origin: origin as string })).toThrow("origin: scheme, host and port");
  },
);
