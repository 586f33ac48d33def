import { describe, expect, it } from "vitest";
import { readOptions } from "./options.ts";

describe("the options of prove:clients", () => {
  it("runs everything unless told", () => {
    expect(readOptions([])).toEqual({
      isWriting: false,
      isQuick: false,
      isJson: false,
      isTracing: false,
      client: null,
      row: null,
      seed: 1,
    });
  });

  it.each([
    ["--write", "--quick"],
    ["--write", "--row", "1"],
    ["--write", "--client", "naive"],
    ["--write", "--seed", "2"],
    ["--seed", "0"],
    ["--seed", "one"],
    ["--unheard-of"],
    ["by-its-name"],
  ])("refuses %s %s", (...parameters) => {
    expect(() => readOptions(parameters)).toThrow(TypeError);
  });
});
