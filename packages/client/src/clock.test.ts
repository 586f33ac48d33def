import { describe, expect, it } from "vitest";
import { createClock } from "./clock.ts";

const hour = 3_600_000;

function setUp() {
  const time = { wall: Date.UTC(2027, 0, 1), monotonic: 5000 };
  const clock = createClock({ wallNow: () => time.wall, monotonicNow: () => time.monotonic });
  return {
    clock,
    pass: (by: number) => {
      time.wall += by;
      time.monotonic += by;
    },
    sleep: (by: number) => {
      time.wall += by;
    },
    time,
  };
}

describe("how long ago something was", () => {
  it.each([
    ["time passes", 60_000, 60_000, 60_000],
    ["the device sleeps and its monotonic clock stands still", hour, 0, hour],
    ["the wall clock is set an hour ahead", hour + 60_000, 60_000, hour + 60_000],
    ["the wall clock is set an hour back", 60_000 - hour, 60_000, 60_000],
    ["both run backwards, which nothing does", -1, -1, 0],
  ])("is right, or too long, when %s", (_what, wall, monotonic, elapsed) => {
    const { clock, time } = setUp();
    const since = clock.now();
    time.wall += wall;
    time.monotonic += monotonic;
    expect(clock.elapsed(since)).toBe(elapsed);
  });
});

describe("the server's time", () => {
  it("is not known before an answer told it", () => {
    expect(setUp().clock.serverNow()).toBeNull();
  });

  it("is taken from the middle of the request, and goes on with the wall clock", () => {
    const { clock, pass, time } = setUp();
    const sent = clock.now();
    pass(200);
    clock.learn(sent.wall + 100 + 420_000, sent);
    pass(1000);
    expect(clock.serverNow()).toBe(time.wall + 420_000);
    expect(clock.skew()).toBe(420_000 - 100);
  });

  it("keeps the tightest sample", () => {
    const { clock, pass, time } = setUp();
    const learnAfter = (travel: number, told: number) => {
      const sent = clock.now();
      pass(travel);
      clock.learn(time.wall + told, sent);
    };
    learnAfter(20, 10);
    const tight = clock.serverNow();
    learnAfter(4000, 900);
    expect(clock.serverNow()).toBe((tight ?? 0) + 4000);
  });

  it("is learnt anew when an answer contradicts it: the server's clock was set", () => {
    const { clock, pass, time } = setUp();
    clock.learn(time.wall, clock.now());
    pass(1000);
    const sent = clock.now();
    pass(500);
    clock.learn(time.wall + hour, sent);
    expect(Math.abs((clock.serverNow() ?? 0) - time.wall - hour)).toBeLessThanOrEqual(250);
  });

  it.each([
    ["was set", -hour],
    ["went on in sleep", hour],
  ])("is unknown once the wall clock alone %s", (_what, by) => {
    const { clock, sleep, time } = setUp();
    clock.learn(time.wall, clock.now());
    sleep(by);
    expect(clock.serverNow()).toBeNull();
  });

  it.each([undefined, null, "1700000000000", Number.NaN])("is not learnt from %j", (told) => {
    const { clock } = setUp();
    clock.learn(told, clock.now());
    expect(clock.serverNow()).toBeNull();
  });

  it("is not learnt from a request during which the clock was set", () => {
    const { clock, sleep, time } = setUp();
    const sent = clock.now();
    sleep(hour);
    clock.learn(time.wall, sent);
    expect(clock.serverNow()).toBeNull();
  });
});
