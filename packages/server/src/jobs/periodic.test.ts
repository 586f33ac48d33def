import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { runPeriodically } from "./periodic.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const unforeseen = (error: unknown) => {
  throw error;
};

it("runs the work every so often, the first time after one period", async () => {
  const work = vi.fn(async () => undefined);
  runPeriodically({ everyMs: 1_000, work, onError: unforeseen });
  await vi.advanceTimersByTimeAsync(999);
  expect(work).toHaveBeenCalledTimes(0);
  await vi.advanceTimersByTimeAsync(2_001);
  expect(work).toHaveBeenCalledTimes(3);
});

it("never runs it twice at once", async () => {
  const ends: (() => void)[] = [];
  const work = vi.fn(() => new Promise<void>((resolve) => ends.push(resolve)));
  runPeriodically({ everyMs: 1_000, work, onError: unforeseen });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(work).toHaveBeenCalledTimes(1);
  ends[0]?.();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(work).toHaveBeenCalledTimes(2);
});

it("tells of a failure and goes on", async () => {
  const failure = new Error("the database is away");
  const onError = vi.fn();
  const work = vi.fn(() => Promise.reject(failure));
  runPeriodically({ everyMs: 1_000, work, onError });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(onError.mock.calls).toEqual([[failure], [failure]]);
});

it("stops when told, once the work under way has ended", async () => {
  let end: () => void = () => undefined;
  const work = vi.fn(() => new Promise<void>((resolve) => (end = resolve)));
  const periodic = runPeriodically({ everyMs: 1_000, work, onError: unforeseen });
  await vi.advanceTimersByTimeAsync(1_000);
  let hasStopped = false;
  const stopped = periodic.stop().then(() => (hasStopped = true));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(hasStopped).toBe(false);
  end();
  await stopped;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(work).toHaveBeenCalledTimes(1);
});
