import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";

const launch = (...args: string[]) => spawnSync(process.execPath, ["tools/launch.mjs", ...args], { encoding: "utf8" });

it.each([["strat"], ["constructor"], ["../check"]])(
  "does not know the command %s, and lists those it knows",
  (name) => {
    const { status, stdout, stderr } = launch(name);
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^There is no command/);
    expect(stderr).toMatch(/start .*\n.*test .*\n.*check .*\n.*holdfast .*\n.*docs .*\n.*fix /);
  },
);

it("lists its commands when asked for none", () => {
  expect(launch().stderr).toMatch(/^Usage: npm run <command>/);
});

it("prints its help to stdout when it is asked for", () => {
  expect(launch("--help")).toMatchObject({ status: 0, stdout: expect.stringMatching(/^Usage/), stderr: "" });
});
