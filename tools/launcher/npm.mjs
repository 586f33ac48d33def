// @ts-check
import { spawn } from "node:child_process";
import { LaunchFailure } from "./launch-failure.mjs";
import { explainNpmFailure } from "./npm-failure.mjs";
import { supervise } from "./process.mjs";

const ci = [
  "ci",
  // Whatever NODE_ENV or a personal npm configuration leaves out, this repository needs.
  "--include=dev",
  "--include=optional",
  // Nothing here needs an install script, and npm 12 runs none: so every npm installs the same.
  "--ignore-scripts",
  // npm itself may run on a Node that is too old for the packages; they will run on ours.
  "--engine-strict=false",
  // The lockfile pins every package by its hash: a cached answer about it is as good as a new one.
  "--prefer-offline",
  // An unreachable registry is said after some ten seconds, not after more than a minute.
  "--fetch-retries=2",
  "--fetch-retry-mintimeout=1000",
  "--fetch-retry-maxtimeout=5000",
  "--no-audit",
  "--no-fund",
  "--no-progress",
  "--no-json",
  "--loglevel=error",
];

/** @param {string} root of the repository */
export async function runNpmCi(root) {
  const [program, ...first] = npmCommand(process.env);
  const child = spawn(program, [...first, ...ci], { cwd: root, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text) => (output += text));
  const outcome = await supervise(child).catch((error) => {
    if (error.cause?.code !== "ENOENT") throw error;
    throw new LaunchFailure("npm is not on the PATH. It comes with Node: install both, and run the command again.", {
      cause: error,
    });
  });
  if (outcome.signal || outcome.passedOn) {
    throw new LaunchFailure("The installation was interrupted. The next command does it again.", { exitCode: 130 });
  }
  if (outcome.code !== 0) throw new LaunchFailure(explainNpmFailure(output, root));
}

/**
 * The npm that runs us, under the Node it runs on; any other package manager is passed over, because only npm reads
 * package-lock.json.
 * @param {NodeJS.ProcessEnv} env
 * @returns {[string, ...string[]]}
 */
export function npmCommand(env) {
  const cli = env.npm_execpath;
  if (!cli || !/[\\/]npm-cli\.c?js$/.test(cli)) return ["npm"];
  return [env.npm_node_execpath ?? process.execPath, cli];
}
