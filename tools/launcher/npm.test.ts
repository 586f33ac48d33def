import { expect, it } from "vitest";
import { npmCommand } from "./npm.mjs";

it("uses the npm that runs it, under that npm's own Node", () => {
  const env = { npm_execpath: "/usr/lib/npm/bin/npm-cli.js", npm_node_execpath: "/usr/bin/node" };
  expect(npmCommand(env)).toEqual(["/usr/bin/node", "/usr/lib/npm/bin/npm-cli.js"]);
});

it.each([[{}], [{ npm_execpath: "/usr/lib/yarn/bin/yarn.js" }], [{ npm_execpath: "/opt/pnpm/pnpm.cjs" }]])(
  "looks for npm on the PATH when %j runs it",
  (env) => {
    expect(npmCommand(env)).toEqual(["npm"]);
  },
);
