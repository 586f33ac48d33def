import { describe, expect, it } from "vitest";
import { initial, initials } from "./initials.ts";

describe("initials", () => {
  it.each([
    ["Ada Lovelace", "AL", "A"],
    ["ada", "A", "A"],
    ["Augusta Ada King", "AK", "A"],
    ["ada.lovelace@example.com", "A", "A"],
    ["Conor O'Brien", "CO", "C"],
    ["Acme (Europe)", "AE", "A"],
    ["élodie Ångström", "ÉÅ", "É"],
    ["山田 太郎", "山太", "山"],
    ["👩‍🚀 Space", "👩‍🚀S", "👩‍🚀"],
    ["  ", "?", "?"],
    ["--- !", "?", "?"],
    ["", "?", "?"],
  ])("of %j are %j, the single one %j", (name, both, single) => {
    expect(initials(name)).toBe(both);
    expect(initial(name)).toBe(single);
  });
});
