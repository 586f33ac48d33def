import type { Check } from "./check.ts";
import { runNode } from "./run-node.ts";

/** Checks that are a program of their own, which says by its exit code how it went. */
export const formatAndLint: Check = program("lint", ["node_modules/@biomejs/biome/bin/biome", "ci", "--colors=off"]);

/** The published sources, as they are built. */
export const types: Check = program("types", ["node_modules/typescript-7/bin/tsc", "-b"]);

/** Everything, tests and tools included. */
export const testTypes: Check = program("test-types", [
  "node_modules/typescript-7/bin/tsc",
  "-p",
  "tsconfig.tests.json",
]);

export const docsTypes: Check = program("docs-types", [
  "node_modules/typescript-7/bin/tsc",
  "-p",
  "apps/docs/tsconfig.json",
]);

export const unused: Check = program("unused", [
  "node_modules/knip/bin/knip.js",
  "--no-progress",
  "--treat-config-hints-as-errors",
]);

/** What the packages for browsers weigh: `.size-limit.mjs` has the limits. */
export const sizes: Check = program("sizes", ["node_modules/size-limit/bin.js"]);

function program(name: string, args: string[]): Check {
  return {
    name,
    async run(root) {
      const { code, output } = await runNode(args, root);
      return { ok: code === 0, output };
    },
  };
}
