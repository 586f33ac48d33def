import { generateKeyPairSync, type KeyObject, sign as signBytes } from "node:crypto";
import { type CryptoKey, importJWK } from "jose";
import { beforeAll, describe, expect, test } from "vitest";
import { createFakeFetch, metadataPath } from "../testing/fake-fetch.ts";
import { createSigner, goodClaims, type Signer, testAudience, testNow, unsignedToken } from "../testing/signer.ts";
import { assertSignature, signatureAlgorithms } from "./signature.ts";
import { type Refuse, TokenError } from "./token-error.ts";
import { createVerifier } from "./verifier.ts";

const issuer = "https://id.example.com";
const claims = goodClaims(issuer);

function verdictOf(token: string, jwk: object): Promise<string> {
  const { fetch } = createFakeFetch({
    [metadataPath]: { issuer, jwks_uri: `${issuer}/jwks` },
    "/jwks": { keys: [jwk] },
  });
  const clock = { now: () => testNow };
  const algorithms = signatureAlgorithms;
  const verifier = createVerifier({ issuer, audience: testAudience, algorithms, feed: "off", fetch, clock });
  return verifier.verify(token).then(
    () => "good",
    (error) => error.code,
  );
}

describe.each(signatureAlgorithms)("%s", (algorithm) => {
  let signer: Signer;
  let token: string;

  beforeAll(async () => {
    signer = await createSigner("key-1", algorithm);
    token = await signer.sign(claims);
  });

  test("is verified", async () => {
    expect(await verdictOf(token, signer.jwk)).toBe("good");
  });

  test("is refused when a character of the payload differs", async () => {
    const [header, payload, signature] = token.split(".") as [string, string, string];
    const { exp, ...rest } = claims;
    const [, altered] = unsignedToken({}, { ...rest, exp: exp + 1 }).split(".");
    expect(altered?.length).toBe(payload.length);
    expect(await verdictOf([header, altered, signature].join("."), signer.jwk)).toBe("token_signature_invalid");
  });

  test.each([
    ["half of it", (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ["a byte less", (bytes: Buffer) => bytes.subarray(0, -1)],
    ["a byte more", (bytes: Buffer) => Buffer.concat([bytes, Buffer.of(0)])],
    ["zeros", (bytes: Buffer) => Buffer.alloc(bytes.length)],
    ["ones", (bytes: Buffer) => Buffer.alloc(bytes.length, 0xff)],
  ])("is refused as %s", async (_, alter) => {
    const end = token.lastIndexOf(".") + 1;
    const signature = alter(Buffer.from(token.slice(end), "base64url")).toString("base64url");
    expect(await verdictOf(token.slice(0, end) + signature, signer.jwk)).toBe("token_signature_invalid");
  });
});

describe("a signature that an encoder would not write so", () => {
  const alphabet = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"];
  const refuse: Refuse = (code) => new TokenError(code, undefined, { issuer, realm: testAudience });

  test("is refused, though it would be decoded to the same bytes", async () => {
    const signer = await createSigner("key-1");
    const token = await signer.sign(claims);
    const verdicts = await Promise.all(alphabet.map((last) => verdictOf(token.slice(0, -1) + last, signer.jwk)));
    expect(verdicts.filter((verdict) => verdict === "good")).toHaveLength(1);
    // Of 64 characters, 4 have no bits behind the end.
    expect(verdicts.filter((verdict) => verdict === "token_signature_invalid")).toHaveLength(3);
    expect(verdicts.filter((verdict) => verdict === "token_malformed")).toHaveLength(60);
  });

  test("is told by its text, at every length", async () => {
    const key = await importJWK((await createSigner("key-1")).jwk, "ES256");
    const codeOf = (signature: string) =>
      assertSignature({ algorithm: "ES256", key: key as CryptoKey, signingInput: "a.b", signature }, refuse).catch(
        (error) => error.code,
      );
    for (let length = 0; length <= 8; length += 1) {
      for (const last of length === 0 ? [""] : alphabet) {
        const text = "A".repeat(Math.max(0, length - 1)) + last;
        const isWritten = Buffer.from(text, "base64url").toString("base64url") === text;
        expect([text, await codeOf(text)]).toEqual([text, isWritten ? "token_signature_invalid" : "token_malformed"]);
      }
    }
  });
});

test.each([
  [1024, "token_key_unknown"],
  [2048, "good"],
])("takes an RSA key of %i bits as %s", async (modulusLength, verdict) => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength });
  const jwk = { ...publicKey.export({ format: "jwk" }), kid: "key-1", alg: "RS256", use: "sig" };
  expect(await verdictOf(signRs256(privateKey), jwk)).toBe(verdict);
});

function signRs256(key: KeyObject): string {
  const input = unsignedToken({ alg: "RS256", kid: "key-1", typ: "at+jwt" }, claims).slice(0, -1);
  return `${input}.${signBytes("sha256", Buffer.from(input), key).toString("base64url")}`;
}
