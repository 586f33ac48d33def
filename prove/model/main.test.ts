import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

function run(...args: string[]) {
  return spawnSync(process.execPath, [fileURLToPath(new URL("./main.ts", import.meta.url)), ...args], {
    encoding: "utf8",
  });
}

describe("the command", () => {
  it("prints the worlds as JSON, and fails when a rule is missing that something needs", () => {
    const { status, stdout } = run("--without", "rotated", "--json");
    expect(status).toBe(1);
    const { without, worlds } = JSON.parse(stdout);
    expect(without).toEqual(["rotated"]);
    expect(worlds[0]).toMatchObject({ world: "client", broken: [{ invariant: "I3" }] });
  });

  it("finds nothing in the protocol as it is, and something without each of its rules", () => {
    const { status, stdout } = run("--json");
    const { today, rules } = JSON.parse(stdout);
    expect(today.flatMap(({ broken }: { broken: unknown[] }) => broken)).toEqual([]);
    expect(rules.filter(({ broken }: { broken: unknown[] }) => broken.length === 0)).toEqual([]);
    expect(status).toBe(0);
  }, 120_000);

  it.each([
    [["--bounds", "tiny"], "--bounds is one of small, medium, large."],
    [["--without", "gravity"], 'There is no rule "gravity".'],
    [["--fast"], "Unknown option '--fast'"],
  ])("refuses %j", (args, message) => {
    const { status, stderr } = run(...args);
    expect(status).toBe(1);
    expect(stderr).toContain(message);
  });
});
