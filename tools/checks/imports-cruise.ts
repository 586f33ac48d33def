import path from "node:path";
import { runNode } from "./run-node.ts";

export interface Cruise {
  /** Paths of the modules visited, relative to the folder. */
  modules: string[];
  violations: { rule: { name: string }; from: string; to: string }[];
}

const repository = path.resolve(import.meta.dirname, "../..");
const program = path.join(repository, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
const config = path.join(repository, ".dependency-cruiser.cjs");

/** Follows the imports of some folders, under the repository's rules, with paths relative to `cwd`. */
export async function cruise(cwd: string, folders: readonly string[]): Promise<Cruise> {
  const { stdout, output } = await runNode([program, "--config", config, "--output-type", "json", ...folders], cwd);
  if (!stdout.startsWith("{")) throw new Error(`dependency-cruiser did not answer:\n${output}`);
  const result: { modules: { source: string }[]; summary: { violations: Cruise["violations"] } } = JSON.parse(stdout);
  return { modules: result.modules.map(({ source }) => source), violations: result.summary.violations };
}
