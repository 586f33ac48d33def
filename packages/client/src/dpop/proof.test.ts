import { webcrypto } from "node:crypto";
import { expect, it } from "vitest";
import { createProof } from "./proof.ts";

const subtle = webcrypto.subtle as SubtleCrypto;
const algorithm = { name: "ECDSA", namedCurve: "P-256" };
const keys = await subtle.generateKey(algorithm, false, ["sign", "verify"]);
const now = Date.UTC(2027, 0, 1) + 999;

async function prove(parts: { nonce?: string; accessToken?: string } = {}) {
  const url = "https://api.example.com/things?page=2#top";
  const { nonce, accessToken } = parts;
  const proof = await createProof(subtle, { keys, jti: "j1", method: "post", url, now, nonce, accessToken });
  const [head = "", body = "", signature = ""] = proof.split(".");
  const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
  return { head: read(head), body: read(body), signed: `${head}.${body}`, signature };
}

it("proves the key for one request: its method, its address, its moment (RFC 9449, section 4.2)", async () => {
  const { head, body, signed, signature } = await prove();
  expect(head).toEqual({
    typ: "dpop+jwt",
    alg: "ES256",
    jwk: { kty: "EC", crv: "P-256", x: expect.any(String), y: expect.any(String) },
  });
  expect(body).toEqual({ jti: "j1", htm: "POST", htu: "https://api.example.com/things", iat: Math.floor(now / 1000) });
  const key = await subtle.importKey("jwk", head.jwk, algorithm, false, ["verify"]);
  const bytes = Buffer.from(signature, "base64url");
  expect(await subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, bytes, Buffer.from(signed))).toBe(true);
});

it("holds the server's nonce, and the hash of the access token that goes with it (section 7)", async () => {
  const { body } = await prove({ nonce: "n1", accessToken: "token" });
  // printf token | openssl dgst -sha256 -binary | basenc --base64url
  expect(body).toMatchObject({ nonce: "n1", ath: "PEaenWxYddN6Q_NT1PiOYfz4EsZu7jRXRlpAsNpBU-A" });
});
