import { createVerifier } from "@holdfast/verify";
import { createJose, createOurs, createSignatureCheck } from "./contenders.ts";
import { createBenchIssuer } from "./issuer.ts";
const issuer = await createBenchIssuer({ revocations: 1000 });
const mk = async (o: object) => { const v = createVerifier({ issuer: issuer.issuer, audience: issuer.audience, fetch: issuer.fetch, ...o }); await v.ready(); return v.verify; };
const all: Record<string, (t: string) => Promise<unknown>> = { ours: await createOurs(issuer), nocache: await mk({ cache: false }), off: await mk({ cache: false, feed: "off" }), jose: createJose(issuer), signature: await createSignatureCheck(issuer) };
const names = Object.keys(all);
for (let r = 0; r < 4; r++) { const times: Record<string, number[]> = {}; for (const t of await issuer.signTokens(3000)) {
  const order = names.map(n => [Math.random(), n] as const).sort((a, b) => a[0] - b[0]).map(x => x[1]);
  for (const n of order) { const c = Buffer.from(t).toString("latin1"); const s = performance.now(); await all[n]!(c); (times[n] ??= []).push((performance.now() - s) * 1000); }
 } for (const n of names) { const v = times[n]!.sort((a, b) => a - b); console.log(n.padEnd(10), v[1500]!.toFixed(1), v[2970]!.toFixed(1)); } console.log(); }
