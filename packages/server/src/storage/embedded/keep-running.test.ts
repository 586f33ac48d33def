import { describe, expect, it, onTestFinished } from "vitest";
import { keepRunning } from "./keep-running.ts";
import { silentLogger } from "./logger.ts";
import type { Postmaster } from "./postmaster.ts";

/** A server that ends when told to; counts its stops. */
function fakePostmaster(pid: number) {
  const { promise, resolve } = Promise.withResolvers<string>();
  let stops = 0;
  const postmaster: Postmaster = {
    pid,
    ended: promise,
    async stop() {
      stops++;
      resolve("exit code 0");
    },
  };
  return { postmaster, die: () => resolve("signal 9"), stops: () => stops };
}

function setUp(outcomes: readonly (Error | Postmaster)[]) {
  const pauses: number[] = [];
  const remaining = [...outcomes];
  const running = keepRunning({
    logger: silentLogger,
    start: async () => {
      const outcome = remaining.shift();
      if (!outcome || outcome instanceof Error) throw outcome ?? new Error("nothing left");
      return outcome;
    },
    pause: async (milliseconds) => void pauses.push(milliseconds),
  });
  return { running, pauses };
}

describe("keepRunning", () => {
  it("passes on why the first start failed", async () => {
    await expect(setUp([new Error("no disk")]).running).rejects.toThrow("no disk");
  });

  it("waits twice as long after each failure, up to 5 s", async () => {
    const [first, second] = [fakePostmaster(1), fakePostmaster(2)];
    const failures = Array.from({ length: 7 }, () => new Error("no disk"));
    const { running, pauses } = setUp([first.postmaster, ...failures, second.postmaster]);
    const kept = await running;
    onTestFinished(() => kept.stop());
    first.die();
    await expect.poll(() => kept.pid).toBe(2);
    expect(pauses).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
  });

  it("waits longer for a server that dies as soon as it runs", async () => {
    const [first, second, third] = [fakePostmaster(1), fakePostmaster(2), fakePostmaster(3)];
    const { running, pauses } = setUp([first.postmaster, second.postmaster, third.postmaster]);
    const kept = await running;
    onTestFinished(() => kept.stop());
    first.die();
    second.die();
    await expect.poll(() => kept.pid).toBe(3);
    expect(pauses).toEqual([100, 200]);
  });

  it("stops the server and does not start it again", async () => {
    const [first, second] = [fakePostmaster(1), fakePostmaster(2)];
    const kept = await setUp([first.postmaster, second.postmaster]).running;
    await kept.stop();
    expect(first.stops()).toBeGreaterThan(0);
    expect(second.stops()).toBe(0);
    expect(kept.pid).toBe(1);
  });
});
