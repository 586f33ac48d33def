import { describe, expect, it } from "vitest";
import { CookieTooLargeError, formatChunks, parseChunks } from "./cookie-chunks.ts";

const parts = (length: number) => formatChunks("c", "x".repeat(length), 60).map(({ name, value }) => ({ name, value }));

describe("a text in cookies", () => {
  it.each([1, 3_799, 3_800, 3_801, 7_600, 11_400])("of %i characters comes out as it went in", (length) => {
    const written = parts(length);
    expect(written.every(({ name, value }) => name.length + value.length < 4_000)).toBe(true);
    expect(parseChunks("c", [...written].reverse())).toBe("x".repeat(length));
  });

  it("is not mixed with what a longer one left behind", () => {
    const [, second] = formatChunks("c", "o".repeat(7_000), 60);
    expect(parseChunks("c", [...parts(10), { name: "c.1", value: String(second?.value) }])).toBe("x".repeat(10));
  });

  it("that would take more than a server's headers is refused", () => {
    expect(() => parts(11_401)).toThrow(CookieTooLargeError);
  });

  it.each<[string, [string, string][]]>([
    ["nothing", []],
    ["only the second part", [["c.1", "x"]]],
    ["a first part that misses its second", [["c.0", "2.x"]]],
    ["a count of zero", [["c.0", "0.x"]]],
    ["a count without end", [["c.0", "9.x"]]],
    ["no count", [["c.0", "x"]]],
    ["another's", [["d.0", "1.x"]]],
  ])("is none where there is %s", (_case, cookies) => {
    expect(
      parseChunks(
        "c",
        cookies.map(([name, value]) => ({ name, value })),
      ),
    ).toBeNull();
  });
});
