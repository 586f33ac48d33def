import { importJWK, base64url } from "jose";
import { createSigner, goodClaims } from "./testing/signer.ts";
const signer = await createSigner("key-1");
const N = 2000;
const tok: string[] = []; for (let i=0;i<N;i++) tok.push(await signer.sign({...goodClaims("x"), jti: "t"+i, sid: "ses_0123456789abcdefghijkl"+i, grant_id: "grt_0123456789abcdefghijkl"+i}));
const key = await importJWK(signer.jwk, "ES256") as CryptoKey;
const enc = new TextEncoder(); const dec = new TextDecoder("utf-8",{fatal:true});
const verify = (t: string) => { const i = t.lastIndexOf("."); return crypto.subtle.verify({name:"ECDSA",hash:"SHA-256"}, key, base64url.decode(t.slice(i+1)), enc.encode(t.slice(0,i))); };
const dig = async (id: string) => { const d = new Uint8Array(await crypto.subtle.digest("SHA-256", enc.encode(id))); return base64url.encode(d); };
const kinds: Record<string, (t: string, i: number) => unknown> = {
  verify,
  verifyThenDigests: async (t, i) => { await verify(t); await Promise.all([dig("ses_0123456789abcdefghijkl"+i), dig("grt_0123456789abcdefghijkl"+i)]); },
  verifyAndDigests: (t, i) => Promise.all([verify(t), dig("ses_0123456789abcdefghijkl"+i), dig("grt_0123456789abcdefghijkl"+i)]),
  digestFirstVerify: (t, i) => Promise.all([dig("ses_0123456789abcdefghijkl"+i), dig("grt_0123456789abcdefghijkl"+i), verify(t)]),
  digests: (t, i) => Promise.all([dig("ses_0123456789abcdefghijkl"+i), dig("grt_0123456789abcdefghijkl"+i)]),
};
for (let round=0; round<3; round++) {
  const res: Record<string, number[]> = {};
  for (let i=0;i<N;i++) for (const [k,f] of Object.entries(kinds)) { const s = performance.now(); await f(tok[i]!, i); (res[k] ??= []).push((performance.now()-s)*1000); }
  for (const [k,v] of Object.entries(res)) { v.sort((a,b)=>a-b); console.log(k.padEnd(20), "median", v[N>>1]!.toFixed(1), "p99", v[Math.floor(N*.99)]!.toFixed(1)); }
}
const time = (name: string, n: number, f: (i: number) => unknown) => { for (let i=0;i<n;i++) f(i); const s=performance.now(); for (let i=0;i<n;i++) f(i); console.log(name, ((performance.now()-s)*1000/n).toFixed(3), "us"); };
const part = tok.map(t=>t.split(".")[1]!); console.log("token", tok[0]!.length);
time("regexp", 50000, (i)=>/^([\w-]+)\.([\w-]+)\.[\w-]*$/.exec(tok[i%N]!));
time("split", 50000, (i)=>tok[i%N]!.split("."));
time("atob+from", 20000, (i)=>Uint8Array.from(atob(part[i%N]!.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0)));
time("jose decode", 50000, (i)=>base64url.decode(part[i%N]!));
time("buffer", 50000, (i)=>Buffer.from(part[i%N]!, "base64url"));
time("fatal new", 50000, (i)=>new TextDecoder("utf-8",{fatal:true}).decode(enc.encode("abc")));
const bytes = part.map(p=>base64url.decode(p));
time("fatal shared", 50000, (i)=>dec.decode(bytes[i%N]!));
const texts = bytes.map(b=>dec.decode(b));
time("json", 50000, (i)=>JSON.parse(texts[i%N]!));
time("encode", 50000, (i)=>enc.encode(tok[i%N]!));
time("uuid", 50000, ()=>crypto.randomUUID());
