import { expect, it } from "vitest";
import { createServerClock } from "./server-clock.ts";

function setUp() {
  const machine = { time: 1_000_000, now: () => machine.time };
  return { machine, clock: createServerClock(machine) };
}

it("is this machine's clock until Holdfast has told its time", () => {
  const { machine, clock } = setUp();
  expect([clock.isKnown, clock.now()]).toEqual([false, machine.time]);
});

it("keeps the tightest of what it was told", () => {
  const { machine, clock } = setUp();
  clock.learn({ serverTime: machine.time + 7_000, sentAt: machine.time - 10, receivedAt: machine.time + 10 });
  clock.learn({ serverTime: machine.time + 7_400, sentAt: machine.time - 900, receivedAt: machine.time + 900 });
  expect([clock.isKnown, clock.now()]).toEqual([true, machine.time + 7_000]);
});

it("believes what contradicts it, for one of the clocks was set", () => {
  const { machine, clock } = setUp();
  clock.learn({ serverTime: machine.time, sentAt: machine.time, receivedAt: machine.time });
  machine.time += 3_600_000;
  clock.learn({ serverTime: machine.time - 3_600_000, sentAt: machine.time - 500, receivedAt: machine.time + 500 });
  expect(clock.now()).toBe(machine.time - 3_600_000);
});
