import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { inspectProcess, isStillRunning, parsePs } from "./process-identity.ts";

describe("inspectProcess", () => {
  it("knows a running process by its start and its command line", () => {
    const found = inspectProcess(process.pid);
    expect(found?.startTime).toBeTruthy();
    expect(isStillRunning(process.pid, found?.startTime ?? null)).toBe(true);
  });

  it("does not take another process with the same pid for the former one", () => {
    expect(isStillRunning(process.pid, "1@another-boot")).toBe(false);
  });

  it("finds nothing where no process is", () => {
    expect(inspectProcess(9_999_999)).toBeNull();
  });

  it.runIf(process.platform === "linux")("takes a zombie for dead", async () => {
    // The shell becomes a sleep that has never heard of the child it inherits, and so never waits for it.
    const parent = spawn("sh", ["-c", 'sleep 0.2 & echo "$!"; exec sleep 30'], { stdio: ["ignore", "pipe", "ignore"] });
    onTestFinished(() => void parent.kill("SIGKILL"));
    const [line] = await once(parent.stdout, "data");
    const pid = Number(String(line));
    await expect.poll(() => stateOf(pid)).toBe("Z");
    expect(inspectProcess(pid)).toBeNull();
  });
});

function stateOf(pid: number): string | undefined {
  return /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1];
}

describe("parsePs", () => {
  it.each([
    [
      "Ss   Sat Nov 21 02:28:32 2026 /opt/pg/postgres -D /data/my files/postgres",
      { startTime: "Sat Nov 21 02:28:32 2026", commandLine: "/opt/pg/postgres -D /data/my files/postgres" },
    ],
    ["S    Sun Nov  1 02:28:32 2026 node\n", { startTime: "Sun Nov 1 02:28:32 2026", commandLine: "node" }],
    ["Z+   Sun Nov  1 02:28:32 2026 (node)", null],
    ["", { startTime: null, commandLine: null }],
  ])("reads %j", (line, expected) => {
    expect(parsePs(line)).toEqual(expected);
  });
});
