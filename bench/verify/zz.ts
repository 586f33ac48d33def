/**
 * `npm run bench:verify`: what a verification costs, beside jose's and beside the bare signature check, in one run.
 * `--quick` takes a tenth of the tokens; `--json` prints one line.
 */
import { readFileSync } from "node:fs";
import { arch, cpus, platform, release } from "node:os";
import { parseArgs } from "node:util";
import { createJose, createOurs, createSignatureCheck } from "./contenders.ts";
import { createBenchIssuer } from "./issuer.ts";
import { type Figures, measureInTurns, measureTimer } from "./measure.ts";

const { values: flags } = parseArgs({
  options: { json: { type: "boolean", default: false }, quick: { type: "boolean", default: false } },
});
const share = flags.quick ? 0.1 : 1;
const revocations = 1_000;
/** Tokens that are in use at the same time, each coming again and again. */
const tokensInUse = 1_000;

const issuer = await createBenchIssuer({ revocations });
const [ours, jose, signature] = [await createOurs(issuer), createJose(issuer), await createSignatureCheck(issuer)];

await measureInTurns({ ours, jose, signature }, await issuer.signTokens(500), { block: 1 });
const first = await measureInTurns({ ours, jose, signature }, await issuer.signTokens(10_000 * share), { block: 1 });
const inUse = await issuer.signTokens(tokensInUse);
const again = (times: number) => Array.from({ length: times }, () => inUse).flat();
await measureInTurns({ ours }, again(30), {block: 1000});
for (const block of [1, 10, 100, 1000]) console.log(block, await measureInTurns({ ours, jose }, again(10), { block }));
console.log(await measureInTurns({ ours }, again(300), { block:1000 }));
const repeated = await measureInTurns({ ours, jose }, again(20 * share), { block: 100 });
const timer = await measureTimer(100_000);

const result = {
  bench: "verify",
  machine: {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    holdfast_verify: versionOf("packages/verify"),
    jose: versionOf("node_modules/jose"),
  },
  revocations,
  tokens_in_use: tokensInUse,
  first: { ...first, ratio: ratio(first.jose, first.ours), over_signature: ratio(first.ours, first.signature) },
  repeated: { ...repeated, ratio: ratio(repeated.jose, repeated.ours) },
  timer,
};
process.stdout.write(`${JSON.stringify(result)}\n`);

function versionOf(folder: string): string {
  const text = readFileSync(new URL(`../../${folder}/package.json`, import.meta.url), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** How many times as long the first takes, by medians. */
function ratio(a: Figures, b: Figures): number {
  return Math.round((a.median_us / b.median_us) * 100) / 100;
}
