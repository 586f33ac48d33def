/**
 * Checks the refresh protocol:
 *
 *     node prove/model/main.ts [--json] [--bounds small|medium|large] [--traces]
 *     node prove/model/main.ts --without <rule> [--with <rule>] …
 *
 * The first checks the protocol as it is, with the rules that are proposed, and what each rule is needed for. The second
 * checks all rules but some, in every world. Exits with 1 when what was checked breaks an invariant.
 */
import { parseArgs } from "node:util";
import { checkEachRule, checkEveryWorld } from "./check.ts";
import { describeHistories, describeRule, describeRules, describeWorlds, isHeld, isProposed } from "./report.ts";
import { changeRules, everyRule, isRuleName, type RuleName, ruleNames, rulesInForce } from "./rules.ts";
import type { Size } from "./worlds.ts";

interface Request {
  readonly size: Size;
  readonly isJson: boolean;
  readonly hasTraces: boolean;
  readonly without: readonly RuleName[];
  readonly with: readonly RuleName[];
}

const sizes = ["small", "medium", "large"] as const satisfies readonly Size[];
const now = () => performance.now();
const write = (text: string) => process.stdout.write(`${text}\n`);

function readRequest(): Request {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      traces: { type: "boolean", default: false },
      bounds: { type: "string", default: "small" },
      without: { type: "string", multiple: true, default: [] },
      with: { type: "string", multiple: true, default: [] },
    },
  });
  const size = sizes.find((each) => each === values.bounds);
  if (!size) throw new Error(`--bounds is one of ${sizes.join(", ")}.`);
  return {
    size,
    isJson: values.json,
    hasTraces: values.traces,
    without: values.without.map(readRule),
    with: values.with.map(readRule),
  };
}

function readRule(text: string): RuleName {
  if (isRuleName(text)) return text;
  throw new Error(`There is no rule "${text}". The rules are: ${ruleNames.join(", ")}.`);
}

/** All rules but some, everywhere. */
function checkChanged({ size, isJson, without, with: on }: Request): boolean {
  const results = checkEveryWorld({ size, now, rules: changeRules(everyRule, without, on), stopAtFirst: true });
  if (isJson) write(JSON.stringify({ bounds: size, without, with: on, worlds: results }));
  else write(`${describeWorlds(results)}\n\n${describeHistories(results)}`);
  return results.every(({ broken }) => broken.length === 0);
}

/** The protocol as it is, as it could be, and each of its rules. */
function checkProtocol({ size, isJson, hasTraces }: Request): boolean {
  const today = checkEveryWorld({ size, now, rules: rulesInForce, stopAtFirst: false });
  const hasProposals = ruleNames.some(isProposed);
  const mended = hasProposals ? checkEveryWorld({ size, now, rules: everyRule, stopAtFirst: false }) : today;
  const needed = checkEachRule(now);
  if (isJson) {
    write(JSON.stringify({ bounds: size, today, mended, rules: needed }));
    return isHeld(today);
  }
  write(`The protocol as it is, bounds: ${size}\n\n${describeWorlds(today)}\n`);
  const open = needed.filter(({ rule }) => isProposed(rule));
  if (hasProposals) {
    write(`What is open, each by itself:\n\n${open.map(describeRule).join("\n\n")}\n`);
    write(`With the proposed rules, bounds: ${size}\n\n${describeWorlds(mended)}\n`);
  }
  write(`What each rule is needed for (all others in force, small bounds):\n\n${describeRules(needed)}`);
  const settled = needed.filter(({ rule }) => !isProposed(rule));
  if (hasTraces) write(`\n${settled.map(describeRule).join("\n\n")}`);
  return isHeld(today);
}

const request = readRequest();
const isChanged = request.without.length + request.with.length > 0;
process.exitCode = (isChanged ? checkChanged(request) : checkProtocol(request)) ? 0 : 1;
