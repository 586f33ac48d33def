import { describe, expect, it } from "vitest";
import { chooseLocale } from "./locale.ts";

describe("chooseLocale", () => {
  it.each([
    { header: undefined, uiLocales: undefined, expected: "en" },
    { header: "", uiLocales: "", expected: "en" },
    { header: "de", uiLocales: undefined, expected: "de" },
    { header: "DE-ch", uiLocales: undefined, expected: "de" },
    { header: "de-Latn-DE-1996", uiLocales: undefined, expected: "de" },
    { header: "fr, de;q=0.5, en;q=0.4", uiLocales: undefined, expected: "de" },
    { header: "en;q=0.4, de;q=0.9", uiLocales: undefined, expected: "de" },
    { header: "de;q=0, en;q=0.1", uiLocales: undefined, expected: "en" },
    { header: "de;q=0", uiLocales: undefined, expected: "en" },
    { header: "*", uiLocales: undefined, expected: "en" },
    { header: "ja, zh", uiLocales: undefined, expected: "en" },
    { header: "den", uiLocales: undefined, expected: "en" },
    { header: "__proto__, constructor, toString", uiLocales: "__proto__ constructor", expected: "en" },
    { header: ";;;,,,q=;-", uiLocales: undefined, expected: "en" },
    { header: "en", uiLocales: "de", expected: "de" },
    { header: "de", uiLocales: "fr en-GB de", expected: "en" },
    { header: "de", uiLocales: "fr ja", expected: "de" },
  ] as const)("answers $expected for $header and ui_locales $uiLocales", ({ header, uiLocales, expected }) => {
    expect(chooseLocale(header, uiLocales)).toBe(expected);
  });
});
