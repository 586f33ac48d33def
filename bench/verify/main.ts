/**
 * `npm run bench:verify`: what a verification costs, beside jose's and beside the bare signature check, in one run.
 * `--quick` takes a tenth of the tokens; `--json` prints one line.
 */
import { createRequire } from "node:module";
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

// The first calls measure the compiler.
await measureInTurns({ ours, jose, signature }, await issuer.signTokens(500));
const first = await measureInTurns({ ours, jose, signature }, await issuer.signTokens(20_000 * share));

const inUse = await issuer.signTokens(tokensInUse);
const again = (times: number) => Array.from({ length: times }, () => inUse).flat();
await measureInTurns({ ours }, again(30));
const repeated = await measureInTurns({ ours, jose }, again(20 * share));
const alone = await measureInTurns({ ours }, again(300 * share));
const timer = await measureTimer(100_000);

const require = createRequire(import.meta.url);
const result = {
  bench: "verify",
  machine: {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    holdfast_verify: versionOf("@holdfast/verify"),
    jose: versionOf("jose"),
  },
  revocations,
  tokens_in_use: tokensInUse,
  first: { ...first, ratio: ratio(first.jose, first.ours), over_signature: ratio(first.ours, first.signature) },
  repeated: { ...repeated, ratio: ratio(repeated.jose, repeated.ours) },
  repeated_alone: alone.ours,
  timer,
};
process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : report());

function versionOf(name: string): string {
  return require(`${name}/package.json`).version;
}

/** How many times as long the first takes, by medians. */
function ratio(a: Figures, b: Figures): number {
  return Math.round((a.median_us / b.median_us) * 100) / 100;
}
