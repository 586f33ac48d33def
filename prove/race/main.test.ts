import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";

interface Result {
  readonly held: boolean;
  readonly contested: number;
  readonly kills_in_all: number;
  readonly revocations: number;
  readonly late_replays: number;
  readonly forks: number;
  readonly lost_revocations: number;
  readonly honest_sign_outs: number;
  readonly violations: Record<string, number>;
  readonly disagreements: number;
  readonly last_words: string | null;
  readonly findings: readonly { readonly says: string }[];
  readonly history: string;
}

function race(...args: string[]): { readonly status: number | null; readonly result: Result } {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, "main.ts"), "--json", "--clients", "24", ...args],
    { encoding: "utf8", timeout: 110_000 },
  );
  if (stdout === "") throw new Error(stderr);
  const result = JSON.parse(stdout) as Result;
  onTestFinished(() => rmSync(dirname(result.history), { recursive: true }));
  return { status, result };
}

describe("the race", () => {
  it("leaves every invariant whole, under SIGKILL", () => {
    const { status, result } = race("--runs", "300", "--kills", "4", "--seconds", "40");
    expect(result).toMatchObject({
      findings: [],
      forks: 0,
      lost_revocations: 0,
      honest_sign_outs: 0,
      last_words: null,
    });
    expect(result).toMatchObject({ violations: {}, disagreements: 0, held: true });
    expect(result.contested).toBeGreaterThan(100);
    expect(result.kills_in_all).toBeGreaterThanOrEqual(2);
    expect(result.revocations).toBeGreaterThan(0);
    expect(status).toBe(0);
  }, 120_000);

  it("finds a server that does not lock the row which it judges", () => {
    const { status, result } = race(
      "--break",
      "row-lock",
      "--runs",
      "1500",
      "--seconds",
      "20",
      "--kills-per-second",
      "0.1",
    );
    expect(result.violations.I5).toBeGreaterThan(0);
    const says = result.findings.map((finding) => finding.says).join("\n");
    expect(says).toMatch(/replaced generation|the events tell of \d+ rotations/);
    expect(status).toBe(1);
  }, 120_000);
});
