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
  const elapsed = createManualClock(5_000);
  const truth = createManualClock(local.now());
  const pass = (milliseconds: number) => {
    for (const each of [local, elapsed, truth]) each.advance(milliseconds);
  };
  const database = { ahead, there, back, error: null as Error | null };
  const errors: unknown[] = [];
  const told: number[] = [];
  const clock = await createDatabaseClock({
    local,
    elapsed: elapsed.now,
    async databaseNow() {
      pass(database.there);
      const answer = truth.now() + database.ahead;
      pass(database.back);
      if (database.error) throw database.error;
      return answer;
    },
    onError: (error) => errors.push(error),
    onSkew: (skewMs) => told.push(skewMs),
  });
  running.push(clock);
  const databaseNow = () => truth.now() + database.ahead;
  /** Somebody sets this machine's clock. */
  const set = (milliseconds: number) => local.advance(milliseconds);
  const sleep = (milliseconds: number) => {
    local.advance(milliseconds);
    truth.advance(milliseconds);
  };
  return { clock, local, database, errors, told, pass, set, sleep, databaseNow };
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

describe("a machine's clock that is set while it runs", () => {
  it.each([600_000, -600_000, 5_001, -1_000])("moves nothing: by %i ms", async (milliseconds) => {
    const { clock, set, databaseNow, pass } = await startClock();
    set(milliseconds);
    expect(clock.now()).toBe(databaseNow());
    expect(clock.skewMs).toBe(-milliseconds);
    pass(10_000);
    expect(clock.now()).toBe(databaseNow());
  });

  it("is told of within a second, and again when it was put right", async () => {
    vi.useFakeTimers();
    const { set, told } = await startClock();
    set(600_000);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told).toEqual([-600_000]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told).toHaveLength(1);
    set(-600_000);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(told).toEqual([-600_000, 0]);
  });
});

describe("a machine that slept", () => {
  it("asks for the time within a second of waking, though half a minute is not over", async () => {
    vi.useFakeTimers();
    const { clock, sleep, databaseNow, told } = await startClock({ there: 0, back: 0 });
    sleep(8 * 3_600_000);
    expect(databaseNow() - clock.now()).toBe(8 * 3_600_000);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(databaseNow() - clock.now()).toBe(0);
    expect(told).toEqual([]);
  });
});

describe("measuring", () => {
  it("goes on every half minute, keeps what it knows when the database is away, and ends with stop", async () => {
    vi.useFakeTimers();
    const { clock, database, errors, pass } = await startClock({ ahead: 10_000 });
    const seconds = async (count: number) => {
      for (let second = 0; second < count; second++) {
        pass(1_000);
        await vi.advanceTimersByTimeAsync(1_000);
      }
    };
    database.ahead = 20_000;
    await seconds(29);
    expect(clock.skewMs).toBe(10_000);
    await seconds(1);
    expect(clock.skewMs).toBe(20_000);
    database.error = new Error("the database is away");
    database.ahead = 40_000;
    await seconds(30);
    expect(clock.skewMs).toBe(20_000);
    expect(errors).toEqual([database.error]);
    database.error = null;
    clock.stop();
    await seconds(60);
    expect(clock.skewMs).toBe(20_000);
  });

  it("that cannot be done once at the start is an error, not a guess", async () => {
    const away = createDatabaseClock({
      local: createManualClock(),
      elapsed: () => 0,
      databaseNow: () => Promise.reject(new Error("the database is away")),
    });
    await expect(away).rejects.toThrow("the database is away");
  });
});
