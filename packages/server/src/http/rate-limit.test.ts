import { beforeEach, describe, expect, it } from "vitest";
import { createManualClock, type ManualClock } from "../clock/clock.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { AppError } from "./app-error.ts";
import type { HttpContext } from "./context.ts";
import { createRateLimiter, createRateLimits, type RateLimiter } from "./rate-limit.ts";

let clock: ManualClock;
let limiter: RateLimiter;
let refused: number;
beforeEach(() => {
  clock = createManualClock(1_000_000);
  refused = 0;
  limiter = createRateLimiter({ rate: { burst: 3, perMinute: 60 }, clock, onRefused: () => refused++ });
});

/** Whether the caller may; null when so, else the seconds they are told to wait. */
function ask(caller: string | null): number | null {
  try {
    limiter.take(caller);
    return null;
  } catch (error) {
    expect(error).toMatchObject({ code: "rate_limited", status: 429, retryable: true });
    return (error as AppError).retryAfterSeconds ?? -1;
  }
}

const askTimes = (times: number, caller = "a") => Array.from({ length: times }, () => ask(caller));

describe("a caller", () => {
  it("may as often at once as the burst says, and is then told when to come back", () => {
    expect(askTimes(5)).toEqual([null, null, null, 1, 1]);
    expect(refused).toBe(2);
  });

  it("who comes back then may, once", () => {
    askTimes(3);
    clock.advance(999);
    expect(ask("a")).toBe(1);
    clock.advance(1);
    expect(askTimes(2)).toEqual([null, 1]);
  });

  it("may exactly as often as the rate says, however evenly they ask", () => {
    askTimes(3);
    let allowed = 0;
    for (let step = 0; step < 600; step++) {
      clock.advance(100);
      if (ask("a") === null) allowed++;
    }
    expect(allowed).toBe(60);
  });

  it("saves no more than the burst while they are away", () => {
    askTimes(3);
    clock.advance(3_600_000);
    expect(askTimes(4)).toEqual([null, null, null, 1]);
  });

  it("does not pay for another", () => {
    askTimes(4, "a");
    expect(askTimes(3, "b")).toEqual([null, null, null]);
  });

  it("does not wait for hours because the clock was set back", () => {
    askTimes(4);
    clock.advance(-3_600_000);
    expect(ask("a")).toBeNull();
  });

  it("who cannot be told from others has no limit", () => {
    for (let time = 0; time < 1_000; time++) expect(ask(null)).toBeNull();
  });

  it("is told to wait for a whole token where tokens are slow", () => {
    limiter = createRateLimiter({ rate: { burst: 1, perMinute: 2 }, clock, onRefused: () => refused++ });
    expect(askTimes(2)).toEqual([null, 30]);
    clock.advance(10_500);
    expect(ask("a")).toBe(20);
  });
});

it("being told to wait does not make the wait longer", () => {
  askTimes(100);
  clock.advance(1_000);
  expect(ask("a")).toBeNull();
});

describe("work whose refusals are limited", () => {
  const work = (error?: Error) =>
    limiter.takeIfRefused("a", async () => {
      if (error) throw error;
      return "done";
    });

  it("may succeed as often as it likes", async () => {
    for (let time = 0; time < 10; time++) expect(await work()).toBe("done");
  });

  it("may be refused as often as the burst says, and is then not done at all", async () => {
    for (let time = 0; time < 3; time++) {
      await expect(work(new AppError("login_required"))).rejects.toMatchObject({ code: "login_required" });
    }
    await expect(work()).rejects.toMatchObject({ code: "rate_limited", retryAfterSeconds: 1 });
    clock.advance(1_000);
    expect(await work()).toBe("done");
  });

  it("may fail because of us as often as we do", async () => {
    for (const error of [new AppError("temporarily_unavailable"), new AppError("internal_error"), new Error("a bug")]) {
      for (let time = 0; time < 5; time++) await expect(work(error)).rejects.toBe(error);
    }
    expect(await work()).toBe("done");
  });

  it("of many at once, refused more often than is left, does not owe the rest", async () => {
    await Promise.allSettled(Array.from({ length: 50 }, () => work(new AppError("login_required"))));
    expect(ask("a")).toBe(1);
    clock.advance(1_000);
    expect(ask("a")).toBeNull();
  });
});

describe("work that is limited when it succeeds", () => {
  const work = (error?: Error) =>
    limiter.takeIfDone("a", async () => {
      if (error) throw error;
      return "done";
    });

  it("may be done as often as the burst says, and is then not begun until there is one left", async () => {
    for (let time = 0; time < 3; time++) expect(await work()).toBe("done");
    await expect(work(new Error("was begun"))).rejects.toMatchObject({ code: "rate_limited", retryAfterSeconds: 1 });
    clock.advance(1_000);
    expect(await work()).toBe("done");
  });

  it("may fail as often as it likes", async () => {
    const error = new AppError("login_required");
    for (let time = 0; time < 10; time++) await expect(work(error)).rejects.toBe(error);
    expect(await work()).toBe("done");
  });
});

it("of more callers than are remembered, the ones who have been quiet longest are forgotten", () => {
  askTimes(3, "quiet");
  askTimes(2, "busy");
  for (let index = 0; index < 9_999; index++) {
    ask(`network ${index}`);
    if (index === 5_000) ask("busy");
  }
  expect(ask("busy")).not.toBeNull();
  expect(ask("quiet")).toBeNull();
});

it("a caller is remembered by no more of a name than a name can have", () => {
  const { callerOf } = createRateLimits({
    clock,
    metrics: createMetrics(),
    mode: "production",
    settings: { refreshesPerMinute: 60 },
  });
  const context = { get: () => ({ address: "192.0.2.1" }) } as unknown as HttpContext;
  expect(callerOf(context, "billing", "api")).toBe("192.0.2.1 billing api");
  expect(callerOf(context, "x".repeat(12_000))).toBe(`192.0.2.1 ${"x".repeat(64)}`);
});
