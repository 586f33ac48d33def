import { randomUUID } from "node:crypto";
import { CompactSign, exportJWK, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProver, type ProofChange, type Prover } from "../dpop/proof.testing.ts";
import type { TestInstance } from "../testing/instance.ts";
import {
  askNonce,
  type BoundGrant,
  createDpopInstance,
  nonceOf,
  presentBound,
  presentWith,
  proveRefresh,
  startBound,
} from "./dpop.testing.ts";
import { eventsOf, postRefresh, readGrant } from "./refresh.testing.ts";

let instance: TestInstance;
let grant: BoundGrant;
beforeAll(async () => {
  instance = await createDpopInstance();
  grant = await startBound(instance);
});
afterAll(() => instance.close());

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const seconds = () => Math.floor(instance.clock.now() / 1000);

/** A good proof, changed. */
const changed = (change: ProofChange) => () => proveRefresh(instance, grant.prover, change);
const withClaim = (name: string, value: unknown) => changed({ claims: { [name]: value } });
const withHeader = (name: string, value: unknown) => changed({ header: { [name]: value } });
/** A good proof's text, edited. */
const edited = (edit: (parts: [string, string, string]) => string) => async () =>
  edit((await proveRefresh(instance, grant.prover)).split(".") as [string, string, string]);

async function withKey(alg: string, jwkOf: (prover: Prover) => object): Promise<string> {
  const prover = await createProver(alg);
  return proveRefresh(instance, prover, { header: { jwk: jwkOf(prover) } });
}

/** A proof of which the bytes are signed as they are. */
async function signRaw(payload: string): Promise<string> {
  const { jwk, privateKey } = grant.prover;
  return new CompactSign(new TextEncoder().encode(payload))
    .setProtectedHeader({ typ: "dpop+jwt", alg: "ES256", jwk })
    .sign(privateKey);
}

async function hs256(): Promise<string> {
  const claims = { jti: randomUUID(), htm: "POST", htu: `${instance.issuer}/refresh`, iat: seconds() };
  const key = Buffer.from(JSON.stringify(grant.prover.jwk));
  return new SignJWT(claims).setProtectedHeader({ typ: "dpop+jwt", alg: "HS256", jwk: grant.prover.jwk }).sign(key);
}

/** Each rule of RFC 9449, section 4.3, broken; the step in front. */
const brokenProofs: [string, () => Promise<string>][] = [
  ["1: two headers", async () => `${await changed({})()}, ${await changed({})()}`],
  ["1: the same header twice", edited((parts) => `${parts.join(".")}, ${parts.join(".")}`)],
  ["2: words", async () => "not a proof"],
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
  ["3: a jti that is a number", withClaim("jti", 1)],
  ["3: a jti without end", withClaim("jti", "x".repeat(257))],
  ["3: no htm", withClaim("htm", undefined)],
  ["3: no htu", withClaim("htu", undefined)],
  ["3: no iat", withClaim("iat", undefined)],
  ["3: an iat that is text", async () => signRaw(JSON.stringify({ jti: "a", htm: "POST", htu: "x", iat: "1" }))],
  ["4: no typ", withHeader("typ", undefined)],
  ["4: the typ of an access token", withHeader("typ", "at+jwt")],
  ["4: the typ with its prefix", withHeader("typ", "application/dpop+jwt")],
  ["5: no signature", edited(([, payload]) => `${encode({ typ: "dpop+jwt", alg: "none" })}.${payload}.`)],
  ["5: alg none with a signature", edited(([, payload, signature]) => noneHeader(payload, signature))],
  ["5: a shared secret, which is the public key", hs256],
  ["5: an algorithm that is not offered", () => withKey("ES384", ({ jwk }) => jwk)],
  ["5: a critical extension", edited(([, payload, signature]) => critical(payload, signature))],
  ["6: an altered signature", edited(([header, payload, signature]) => `${header}.${payload}.${flip(signature)}`)],
  ["6: an altered payload", alteredPayload],
  ["6: another key in the header", async () => withHeader("jwk", (await createProver()).jwk)()],
  ["6: a key of another kind", async () => withHeader("jwk", (await createProver("EdDSA")).jwk)()],
  ["7: no jwk", withHeader("jwk", undefined)],
  ["7: a jwk that is text", withHeader("jwk", "key")],
  ["7: a jwk that is null", withHeader("jwk", null)],
  ["7: the private key", async () => withHeader("jwk", await exportJWK(grant.prover.privateKey))()],
  ["7: a shared secret as jwk", withHeader("jwk", { kty: "oct", k: "AAAA" })],
  ["7: half a key", async () => withHeader("jwk", { ...grant.prover.jwk, y: undefined })()],
  ["7: a point that is on no curve", async () => withHeader("jwk", { ...grant.prover.jwk, y: grant.prover.jwk.x })()],
  ["7: a curve that is another", async () => withHeader("jwk", { ...grant.prover.jwk, crv: "P-384" })()],
  ["7: an RSA key that is short", shortRsa],
  ["7: an RSA key with an odd exponent", () => withKey("RS256", ({ jwk }) => ({ ...jwk, e: "AQ" }))],
  ["8: another method", withClaim("htm", "GET")],
  ["8: the method in small letters", withClaim("htm", "post")],
  ["9: another path", () => withClaim("htu", `${instance.issuer}/signin/redeem`)()],
  ["9: another host", withClaim("htu", "https://id.example.com/refresh")],
  ["9: another scheme", () => withClaim("htu", `${instance.issuer.replace("http:", "https:")}/refresh`)()],
  ["9: a path alone", withClaim("htu", "/refresh")],
  ["9: with a user in it", () => withClaim("htu", `${instance.issuer.replace("//", "//ada@")}/refresh`)()],
  ["9: a list", () => withClaim("htu", [`${instance.issuer}/refresh`])()],
  ["10: a nonce that is a number", withClaim("nonce", 1)],
];

/** Claims that are good by themselves. */
async function goodClaims(): Promise<object> {
  return { jti: "a", htm: "POST", htu: `${instance.issuer}/refresh`, iat: seconds(), nonce: await askNonce(instance) };
}

async function alteredPayload(): Promise<string> {
  const [header, , signature] = (await proveRefresh(instance, grant.prover)).split(".");
  return `${header}.${encode(await goodClaims())}.${signature}`;
}

const noneHeader = (payload: string, signature: string) =>
  `${encode({ typ: "dpop+jwt", alg: "none", jwk: grant.prover.jwk })}.${payload}.${signature}`;
const critical = (payload: string, signature: string) =>
  `${encode({ typ: "dpop+jwt", alg: "ES256", jwk: grant.prover.jwk, crit: ["x"] })}.${payload}.${signature}`;
const flip = (signature: string) => (signature.startsWith("A") ? "B" : "A") + signature.slice(1);

async function shortRsa(): Promise<string> {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(
    {
      name: "RSASSA-PKCS1-v1_5",
      hash: "SHA-256",
      modulusLength: 1024,
      publicExponent: new Uint8Array([1, 0, 1]),
    },
    true,
    ["sign", "verify"],
  );
  const jwk = await exportJWK(publicKey);
  const [header, payload] = [{ typ: "dpop+jwt", alg: "RS256", jwk }, await goodClaims()].map(encode);
  const signature = await crypto.subtle.sign("RSASSA-PKCS1-v1_5", privateKey, Buffer.from(`${header}.${payload}`));
  return `${header}.${payload}.${Buffer.from(signature).toString("base64url")}`;
}

describe("a proof that breaks a rule is refused, by its name, and harms nothing", () => {
  it.each(brokenProofs)("%s", async (_rule, prove) => {
    const before = await readGrant(instance, grant.grantId);
    const reply = await presentWith(instance, grant, await prove());
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({
      error: "invalid_dpop_proof",
      reason: "dpop_proof_invalid",
      error_description: expect.stringMatching(/^The DPoP proof is not accepted\. .+\.$/),
      retryable: false,
    });
    expect(nonceOf(reply)).toMatch(/^[\w-]{28}$/);
    expect(reply.headers.get("cache-control")).toBe("no-store");
    expect(await readGrant(instance, grant.grantId)).toEqual(before);
    expect((await eventsOf(instance, grant.grantId)).at(-1)).toMatchObject({
      type: "token.refused",
      data: { verdict: "unbound", reason: "dpop_proof_invalid" },
    });
  });

  it("and its grant answers a good one afterwards", async () => {
    expect((await presentBound(instance, grant)).body).toMatchObject({ token_type: "DPoP", generation: 1 });
  });

  it("two headers of one proof are two, also on the wire", async () => {
    const proof = await proveRefresh(instance, grant.prover);
    const { status, body } = await sendTwice(proof);
    expect({ status, reason: body.reason }).toEqual({ status: 400, reason: "dpop_proof_invalid" });
  });

  async function sendTwice(proof: string) {
    const headers = new Headers([["DPoP", proof]]);
    headers.append("DPoP", proof);
    const body = new URLSearchParams({ client_id: grant.clientId, refresh_token: grant.refreshToken });
    const response = await fetch(`${instance.issuer}/refresh`, { method: "POST", headers, body });
    return { status: response.status, body: (await response.json()) as { reason: string } };
  }
});

/** What asks for a new proof with the nonce that comes with the refusal (RFC 9449, sections 4.3 and 8). */
const staleProofs: [string, () => Promise<string>][] = [
  ["10: no nonce", withClaim("nonce", undefined)],
  ["10: a nonce that nobody gave", withClaim("nonce", "eyJ7S_zG.eyJH0-Z.HX4w-7v")],
  ["10: an empty nonce", withClaim("nonce", "")],
  ["10: an altered nonce", async () => withClaim("nonce", flip(await askNonce(instance)))()],
  ["10: a nonce of more than an hour ago", () => withOldNonce(3_601)],
  ["11: made 61 s ago, with a nonce as old", () => withOldNonce(61, -61)],
  ["11: made 61 s from now, with a nonce of a minute ago", () => withOldNonce(61, 61)],
  ["11: made in the year 1970, with a nonce of a minute ago", () => withOldNonce(61, -seconds())],
  ["11: an iat beyond all time, with a nonce of a minute ago", () => withOldNonce(61, 1e300)],
];

/** A proof with a nonce that is so old, and an iat that is so far from now. In seconds. */
async function withOldNonce(age: number, iat = 0): Promise<string> {
  const nonce = await askNonce(instance);
  instance.clock.advance(age * 1_000);
  return proveRefresh(instance, grant.prover, { claims: { nonce, iat: seconds() + iat } });
}

describe("a proof that may have been made long before is asked for again, with a nonce", () => {
  it.each(staleProofs)("%s", async (_rule, prove) => {
    const reply = await presentWith(instance, grant, await prove());
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({ error: "use_dpop_nonce", reason: "dpop_nonce_required", retryable: true });
    expect(reply.headers.get("retry-after")).toBe("0");
    const claims = { nonce: nonceOf(reply) };
    const again = await grant.prover.prove(`${instance.issuer}/refresh`, instance.clock.now(), { claims });
    expect((await presentWith(instance, grant, again)).status).toBe(200);
  });

  it("and nothing of it is on the timeline: it is no verdict", async () => {
    const before = (await eventsOf(instance, grant.grantId)).length;
    await presentWith(instance, grant, await withClaim("nonce", undefined)());
    expect(await eventsOf(instance, grant.grantId)).toHaveLength(before);
  });
});

it("an empty header is a proof that breaks the rules, and not none", async () => {
  const { body } = await postRefresh(
    instance,
    { client_id: grant.clientId, refresh_token: grant.refreshToken },
    { DPoP: "" },
  );
  expect(body.reason).toBe("dpop_proof_invalid");
});

it("what else a jwk says is not looked at", async () => {
  const rest = { alg: "none", use: "enc", key_ops: ["encrypt"], kid: "x", x5u: "https://evil.example" };
  const proof = await withHeader("jwk", { ...grant.prover.jwk, ...rest })();
  expect((await presentWith(instance, grant, proof)).status).toBe(200);
});
