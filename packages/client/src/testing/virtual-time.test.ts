import { describe, expect, it } from "vitest";
import { hours, minutes, seconds } from "./durations.ts";
import { createScheduler } from "./scheduler.ts";
import { createDeviceClock } from "./virtual-clock.ts";
import { createVirtualTimers } from "./virtual-timers.ts";

function createDevice(skew = 0) {
  const scheduler = createScheduler();
  const clock = createDeviceClock({ scheduler, epoch: 1_000_000, skew });
  const timers = createVirtualTimers({ scheduler, clock, whenRunning: (work) => work() });
  return { scheduler, clock, timers };
}

describe("virtual time", () => {
  it("runs what is due in order, and what promises bring about before anything later", async () => {
    const { scheduler } = createDevice();
    const seen: string[] = [];
    scheduler.after(20, () => seen.push("later"));
    scheduler.after(10, () => {
      seen.push("first");
      void Promise.resolve()
        .then(() => Promise.resolve())
        .then(() => seen.push(`promised at ${scheduler.now()}`));
    });
    await scheduler.runUntil(100);
    expect(seen).toEqual(["first", "promised at 10", "later"]);
    expect(scheduler.now()).toBe(100);
  });

  it("stands still while something takes real time", async () => {
    const { scheduler } = createDevice();
    let doneAt: number | null = null;
    scheduler.after(10, () => {
      const work = new Promise((resolve) => setTimeout(resolve, 5)).then(() => {
        doneAt = scheduler.now();
      });
      scheduler.hold(work);
    });
    await scheduler.runUntil(100);
    expect(doneAt).toBe(10);
  });

  it("says so when a moment never ends", async () => {
    const { scheduler } = createDevice();
    const again = () => void scheduler.after(0, again);
    again();
    await expect(scheduler.runUntil(1)).rejects.toThrow("does not come to rest");
  });

  it("steps the wall clock and never the monotonic one", () => {
    const { clock } = createDevice(minutes(7));
    expect(clock.wallNow()).toBe(1_000_000 + minutes(7));
    clock.step(-hours(1));
    expect(clock.wallNow()).toBe(1_000_000 + minutes(7) - hours(1));
    expect(clock.monotonicNow()).toBe(0);
  });

  it("lets a throttled timer wait for the next minute", async () => {
    const { scheduler, timers } = createDevice();
    const fired: number[] = [];
    timers.set(() => fired.push(scheduler.now()), seconds(61));
    timers.throttle(minutes(1));
    await scheduler.runUntil(minutes(5));
    expect(fired).toEqual([minutes(2)]);
  });

  it("fires no cleared timer", async () => {
    const { scheduler, timers } = createDevice();
    const timer = timers.set(() => expect.unreachable(), 10);
    timers.clear(timer);
    await scheduler.runUntil(100);
    expect(timers.count()).toBe(0);
  });
});
