import { afterEach, describe, expect, it, vi } from "vitest";
import { createManualClock } from "./clock.ts";
import { createDatabaseClock, type DatabaseClock } from "./database-clock.ts";

const running: DatabaseClock[] = [];
afterEach(() => {
  for (const clock of running.splice(0)) clock.stop();
  vi.useRealTimers();
});

/** A node and a database whose clock is ahead by `ahead`; each question takes `there` and its answer `back`. */
async function startClock({ ahead = 0, there = 1, back = 1 } = {}) {
  const local = createManualClock(1_700_000_000_000);
  const database = { ahead, there, back, error: null as Error | null };
  const errors: unknown[] = [];
  const clock = await createDatabaseClock({
    local,
    async databaseNow() {
      local.advance(database.there);
      const answer = local.now() + database.ahead;
      local.advance(database.back);
      if (database.error) throw database.error;
      return answer;
    },
    onError: (error) => errors.push(error),
  });
  running.push(clock);
  return { clock, local, database, errors };
}

describe("the database's clock", () => {
  it.each([10_000, -10_000, 600_000, -600_000, 50])("is followed when it is %i ms ahead", async (ahead) => {
    const { clock, local } = await startClock({ ahead });
    expect(clock.skewMs).toBe(ahead);
    expect(clock.now()).toBe(local.now() + ahead);
  });

  it("is taken to be ours when the difference is within what the network may have cost", async () => {
    const { clock, local } = await startClock({ ahead: 20, there: 50, back: 50 });
    expect(clock.skewMs).toBe(0);
    expect(clock.now()).toBe(local.now());
  });

  it("is never mistaken by more than half of a slow question's round trip", async () => {
    for (const [there, back] of [
      [0, 4_000],
      [4_000, 0],
      [2_000, 2_000],
    ] as const) {
      const { clock } = await startClock({ ahead: 30_000, there, back });
      expect(Math.abs(clock.skewMs - 30_000)).toBeLessThanOrEqual(2_000);
    }
  });

  it("is not forgotten because one answer was slow: time must not jump", async () => {
    const { clock, database, local } = await startClock({ ahead: 7_000 });
    Object.assign(database, { there: 4_000, back: 5_000 });
    await clock.measure();
    expect(clock.skewMs).toBe(7_000);
    expect(clock.now()).toBe(local.now() + 7_000);
  });

  it("is followed back when it, or ours, was put right", async () => {
    const { clock, database } = await startClock({ ahead: 7_000 });
    database.ahead = 0;
    await clock.measure();
    expect(Math.abs(clock.skewMs)).toBeLessThanOrEqual(1);
  });

  it("gives whole milliseconds, whatever the middle of a round trip is", async () => {
    const { clock } = await startClock({ ahead: 9_000, there: 1, back: 2 });
    expect(Number.isInteger(clock.now())).toBe(true);
  });
});

describe("measuring", () => {
  it("goes on every half minute, keeps what it knows when the database is away, and ends with stop", async () => {
    vi.useFakeTimers();
    const { clock, database, errors } = await startClock({ ahead: 10_000 });
    database.ahead = 20_000;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(clock.skewMs).toBe(20_000);
    database.error = new Error("the database is away");
    database.ahead = 40_000;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(clock.skewMs).toBe(20_000);
    expect(errors).toEqual([database.error]);
    database.error = null;
    clock.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(clock.skewMs).toBe(20_000);
  });

  it("that cannot be done once at the start is an error, not a guess", async () => {
    const away = createDatabaseClock({
      local: createManualClock(),
      databaseNow: () => Promise.reject(new Error("the database is away")),
    });
    await expect(away).rejects.toThrow("the database is away");
  });
});
