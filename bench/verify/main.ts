/**
 * `npm run bench:verify`: what a verification costs, beside jose's and beside the bare signature check, in one run.
 * `--quick` takes a tenth of the tokens; `--json` prints one line.
 */
import { parseArgs } from "node:util";
import { describeMachine } from "../support/machine.ts";
import { createJose, createOurs, createSignatureCheck } from "./contenders.ts";
import { createBenchIssuer } from "./issuer.ts";
import { measureInTurns, measureTimer } from "./measure.ts";
import { formatReport, type Result, ratioOf } from "./report.ts";

const { values: flags } = parseArgs({
  options: { json: { type: "boolean", default: false }, quick: { type: "boolean", default: false } },
});
const revocations = 1_000;
const tokensInUse = 1_000;
const distinctTokens = flags.quick ? 2_000 : 20_000;
const repetitions = flags.quick ? 20 : 100;

const machine = describeMachine({ "@holdfast/verify": "packages/verify", jose: "node_modules/jose" });
const issuer = await createBenchIssuer({ revocations });
const ours = await createOurs(issuer);
const jose = createJose(issuer);
const signature = await createSignatureCheck(issuer);

// The first calls measure the compiler.
await measureInTurns({ ours, jose, signature }, await issuer.signTokens(500), { inARow: 1 });
const first = await measureInTurns({ ours, jose, signature }, await issuer.signTokens(distinctTokens), { inARow: 1 });

const inUse = await issuer.signTokens(tokensInUse);
const again = (times: number) => Array.from({ length: times }, () => inUse).flat();
await measureInTurns({ ours }, again(30), { inARow: 100 });
const repeated = await measureInTurns({ ours, jose }, again(repetitions), { inARow: tokensInUse, timed: "row" });
const repeatedSingly = await measureInTurns({ ours, jose }, again(repetitions / 5), { inARow: 100 });
const timer = await measureTimer(100_000);

const result: Result = {
  bench: "verify",
  quick: flags.quick,
  machine,
  revocations,
  tokens_in_use: tokensInUse,
  first: { ...first, ratio: ratioOf(first.jose, first.ours), over_signature: ratioOf(first.ours, first.signature) },
  repeated: { ...repeated, ratio: ratioOf(repeated.jose, repeated.ours) },
  repeated_singly: repeatedSingly,
  timer,
};
process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : formatReport(result));
