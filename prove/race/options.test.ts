import { describe, expect, it } from "vitest";
import { readOptions } from "./options.ts";

describe("the command line", () => {
  it("is quick unless something is asked for", () => {
    const { runs, kills, seconds } = readOptions([]);
    expect({ runs, kills, seconds }).toEqual({ runs: 8_000, kills: 30, seconds: 25 });
  });

  it.each([
    [["--quick", "--kills", "5"], { runs: 8_000, kills: 5, seconds: 25 }],
    [["--runs", "1000000", "--kills", "10000"], { runs: 1_000_000, kills: 10_000, seconds: 604_800 }],
    [["--runs", "100"], { runs: 100, kills: 0, seconds: 604_800 }],
    [["--runs", "100", "--seconds", "60"], { runs: 100, kills: 0, seconds: 60 }],
    // Nothing but a time: all of it.
    [["--seconds", "60"], { runs: Number.POSITIVE_INFINITY, kills: 0, seconds: 60 }],
    [["--nodes", "3", "--clients", "8", "--seed", "7"], { nodes: 3, clients: 8, seed: 7 }],
    [["--break", "row-lock", "--json"], { breakage: "row-lock", isJson: true }],
  ])("%j", (args, expected) => {
    expect(readOptions(args)).toMatchObject(expected);
  });

  it.each([
    [["--runs", "many"], "--runs is not a number from 0 on."],
    [["--kills", ""], "--kills is not a number from 0 on."],
    [["--seconds=-1"], "--seconds is not a number from 0 on."],
    [["--nodes", "0"], "--nodes is not a whole number from 1 on."],
    [["--clients", "1.5"], "--clients is not a whole number from 1 on."],
    [["--break", "gravity"], 'There is nothing called "gravity" to break.'],
    [["--fast"], "Unknown option '--fast'"],
  ])("refuses %j", (args, message) => {
    expect(() => readOptions(args)).toThrow(message);
  });
});
