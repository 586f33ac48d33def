import { beforeEach, describe, expect, it } from "vitest";
import { type Appointments, createAppointments } from "./appointments.ts";

let time = 0;
let appointments: Appointments;
beforeEach(() => {
  time = 1_000;
  appointments = createAppointments({ now: () => time, random: () => 0.5 });
});

/** Serves a thousand a second for a while. */
function serveFor(milliseconds: number): void {
  for (const end = time + milliseconds; time < end; ) {
    time += 10;
    appointments.onServed(10, 100);
  }
}

describe("an appointment", () => {
  it("is not made before it is known how fast others are served", () => {
    expect(appointments.next(100)).toBeUndefined();
    appointments.onServed(10, 100);
    expect(appointments.next(100)).toBeUndefined();
  });

  it("comes after all who wait already", () => {
    serveFor(1_000);
    expect(appointments.next(5_000)).toBe(5);
  });

  it("comes after the one before it, as fast as others are served", () => {
    serveFor(1_000);
    const turns = Array.from({ length: 8_000 }, () => appointments.next(1_000) ?? Number.NaN);
    const bySecond = Map.groupBy(turns, (turn) => turn);
    expect([...bySecond.keys()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const second of [2, 5, 8]) expect(bySecond.get(second)?.length).toBeCloseTo(1_000, -1);
  });

  it("is never at once", () => {
    serveFor(1_000);
    expect(appointments.next(0)).toBe(1);
  });

  it("is never after more than half a minute, and those beyond it do not come together", () => {
    const turns = [0, 0.3, 0.6, 0.99].map((random) => {
      appointments = createAppointments({ now: () => time, random: () => random });
      serveFor(1_000);
      return appointments.next(10_000_000);
    });
    expect(turns).toEqual([30, 25, 21, 15]);
  });

  it("does not come after those who were served meanwhile", () => {
    serveFor(1_000);
    for (let count = 0; count < 5_000; count++) appointments.next(1_000);
    expect(appointments.next(1_000)).toBe(6);
    serveFor(5_000);
    expect(appointments.next(1_000)).toBe(1);
  });

  it("is soon again when a slow time is over, however many came in it", () => {
    for (let count = 0; count < 10; count++) {
      time += 1_000;
      appointments.onServed(1, 100);
    }
    for (let count = 0; count < 10_000; count++) appointments.next(1_000);
    expect(appointments.next(1_000)).toBeGreaterThan(15);
    serveFor(1_000);
    expect(appointments.next(1_000)).toBe(1);
  });

  it("is not put off because few came before", () => {
    serveFor(1_000);
    for (let count = 0; count < 100; count++) {
      time += 1_000;
      appointments.onServed(1, 0);
    }
    expect(appointments.next(5_000)).toBe(5);
  });

  it("is put off, little by little, where it became slower", () => {
    serveFor(1_000);
    const turns = Array.from({ length: 60 }, () => {
      time += 1_000;
      appointments.onServed(100, 100);
      return appointments.next(2_000) ?? Number.NaN;
    });
    expect(turns[0]).toBe(2);
    expect(turns[20]).toBe(3);
    expect(turns.at(-1)).toBe(5);
  });

  it("is spread within its second", () => {
    const turns = [0, 0.4, 0.6, 0.99].map((random) => {
      appointments = createAppointments({ now: () => time, random: () => random });
      serveFor(1_000);
      return appointments.next(2_500);
    });
    expect(turns).toEqual([2, 2, 3, 3]);
  });
});
