import { globSync } from "node:fs";
import type { Check } from "./check.ts";
import { unbrokenRules } from "./imports-canary.ts";
import { cruise } from "./imports-cruise.ts";

const rooms = ["packages", "apps", "examples", "e2e", "tools"];

/** The import rules of `.dependency-cruiser.cjs`, and that they are really applied: to every file, and with teeth. */
export const imports: Check = { name: "imports", run: checkImports };

async function checkImports(root: string) {
  const { modules, violations } = await cruise(root, rooms);
  const asleep = await unbrokenRules(root);
  const complaints = [
    ...violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`),
    // With a TypeScript it does not know, dependency-cruiser sees no TypeScript at all and is content.
    ...unseen(root, modules).map((file) => `not cruised: ${file}`),
    ...asleep.map(
      (rule) => `the rule ${rule} did not report the import that breaks it (tools/checks/imports-canary.ts)`,
    ),
  ];
  return { ok: complaints.length === 0, output: complaints.join("\n") };
}

/** Files of the packages that the cruise has not visited. */
function unseen(root: string, visited: readonly string[]): string[] {
  const files = globSync("packages/*/src/**/*.ts", { cwd: root });
  return files.length === 0 ? ["packages/*/src: no file at all"] : files.filter((file) => !visited.includes(file));
}
