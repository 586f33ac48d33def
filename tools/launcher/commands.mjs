// @ts-check
import { existsSync } from "node:fs";
import path from "node:path";
import { LaunchFailure } from "./launch-failure.mjs";

/**
 * What Node is asked to run.
 * @typedef {{ script: string[], cwd?: string, env?: Record<string, string> }} Command `script`: a file and its first
 * arguments; `cwd`: a folder of the repository, its root unless told; `env`: variables beside those of the caller
 */

const cli = "packages/server/src/cli/main.ts";
/** A configuration, data and ports of its own, so that it runs beside `start`. */
const convexExample = [
  ...["--config", "examples/convex/holdfast.config.ts"],
  ...["--data", "examples/convex/.holdfast", "--port", "4100"],
];

/** @type {Record<string, (root: string) => Command>} */
export const commands = {
  start: () => ({ script: [cli, "dev"] }),
  test: () => ({ script: ["tools/test.ts"] }),
  check: () => ({ script: ["tools/check.ts"] }),
  holdfast: () => ({ script: [cli] }),
  docs,
  fix: () => ({ script: ["node_modules/@biomejs/biome/bin/biome", "check", "--write"] }),
  "example:convex": () => ({ script: [cli, "dev", ...convexExample] }),
  "bench:hygiene": () => ({ script: ["bench/hygiene/main.ts"] }),
  "bench:refresh": () => ({ script: ["bench/refresh/main.ts"] }),
  "bench:herd": () => ({ script: ["bench/herd/main.ts"] }),
  "bench:verify": () => ({ script: ["bench/verify/main.ts"] }),
  "bench:revocation": () => ({ script: ["bench/revocation/main.ts"] }),
  "prove:refresh": () => ({ script: ["prove/race/main.ts"] }),
  "prove:clients": () => ({ script: ["prove/clients/main.ts"] }),
};

export const usage = `Usage: npm run <command> [-- arguments]

  start         Holdfast, a practice provider and the example app, on this machine
  test          all tests; "npm test -- <path>" runs some
  check         everything but the tests: format, lint, types, import rules, unused code
  holdfast      the command line, e.g. npm run --silent holdfast -- --help
  docs          build the documentation site
  fix           format, and mend what the linter can mend
  example:convex  a shared list on a deployment like Convex, and buttons that break it
  bench:hygiene whether a refresh feels that old rows are removed beside it; --quick, --json
  bench:refresh how fast tokens are refreshed, beside oidc-provider; --quick, --json
  bench:herd    very many clients that refresh at once; --quick, --json
  bench:verify  how fast tokens are verified, beside jose; --quick, --json
  bench:revocation  how soon after a session's end its tokens are refused; --quick, --json
  prove:refresh races, kills and thieves against real nodes, judged; --runs, --kills, --quick, --json
  prove:clients the same faults for our client and published ones; --client, --row, --trace, --write, --quick, --json
`;

/**
 * @param {string} root
 * @returns {Command}
 */
function docs(root) {
  const cwd = "apps/docs";
  if (!existsSync(path.join(root, cwd, "astro.config.mjs"))) {
    throw new LaunchFailure(`There is no documentation site to build: ${cwd}/astro.config.mjs is missing.`);
  }
  return {
    script: [path.join(root, "node_modules/astro/bin/astro.mjs"), "build"],
    cwd,
    env: { ASTRO_TELEMETRY_DISABLED: "1" },
  };
}
