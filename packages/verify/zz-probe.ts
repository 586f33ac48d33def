import { createVerifier } from "@holdfast/verify";
import { createLocalJWKSet, jwtVerify, importJWK } from "jose";
import crypto from "node:crypto";
import { createSigner, goodClaims, testAudience } from "./testing/signer.ts";
const issuer = "http://localhost:4999";
const signer = await createSigner("key-1");
const now = Math.floor(Date.now()/1000);
const N = 1500;
const mk = async () => { const a: string[] = []; for (let i=0;i<N;i++) a.push(await signer.sign({...goodClaims(issuer), iat: now, exp: now+900, jti: `t-${i}-${Math.random()}`, sid: "s"+i, grant_id: "g"+i})); return a; };
const fetch = async (url: string) => url.includes("well-known") ? Response.json({issuer, jwks_uri: issuer+"/jwks"}) : Response.json({keys:[signer.jwk]});
const verifier = createVerifier({ issuer, audience: testAudience, feed: "off", fetch: fetch as any });
const jwks = createLocalJWKSet({ keys: [signer.jwk] } as any);
const key = await importJWK(signer.jwk, "ES256") as CryptoKey;
const keyObject = crypto.createPublicKey({ key: signer.jwk as any, format: "jwk" });
const enc = new TextEncoder();
const kinds: Record<string, (t: string) => unknown> = {
  ours: (t) => verifier.verify(t),
  jose: (t) => jwtVerify(t, jwks, { issuer, audience: testAudience, algorithms: ["ES256","RS256","EdDSA"], typ: "at+jwt", clockTolerance: 5 }),
  subtle: (t) => { const i = t.lastIndexOf("."); return globalThis.crypto.subtle.verify({name:"ECDSA",hash:"SHA-256"}, key, Buffer.from(t.slice(i+1),"base64url"), enc.encode(t.slice(0,i))); },
  nodesync: (t) => { const i = t.lastIndexOf("."); return crypto.verify("sha256", Buffer.from(t.slice(0,i)), {key: keyObject, dsaEncoding: "ieee-p1363"}, Buffer.from(t.slice(i+1),"base64url")); },
};
for (let round=0; round<3; round++) {
  const tok = await mk();
  const res: Record<string, number[]> = {};
  for (const t of tok) for (const [k,f] of Object.entries(kinds)) { const s = performance.now(); const p = f(t); await p; (res[k] ??= []).push((performance.now()-s)*1000); }
  for (const [k,v] of Object.entries(res)) { v.sort((a,b)=>a-b); console.log(k, "median", v[N>>1]!.toFixed(1), "p99", v[Math.floor(N*.99)]!.toFixed(1)); }
  console.log();
}
// concurrent
for (const [k,f] of Object.entries(kinds)) { const tok = await mk(); const s=performance.now(); for (let i=0;i<N;i+=32) await Promise.all(tok.slice(i,i+32).map(f)); console.log(k, "concurrent32 us/op", ((performance.now()-s)*1000/N).toFixed(1)); }
