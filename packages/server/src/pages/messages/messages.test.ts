import { errorCatalogue } from "@holdfast/protocol";
import { describe, expect, it } from "vitest";
import { errorsDe } from "./errors-de.ts";
import type { Locale } from "./index.ts";
import { languages, messagesOf } from "./index.ts";

const locales = Object.keys(languages) as Locale[];

/** Every text of a language with its key, functions called with a name that must show up in what they return. */
function textsOf(value: unknown, key: string): [key: string, text: string][] {
  if (typeof value === "string") return [[key, value]];
  if (typeof value === "function") return [[key, value("Tidepool")]];
  return Object.entries(value as object).flatMap(([name, child]) => textsOf(child, `${key}.${name}`));
}

function functionsOf(value: unknown): ((name: string) => string)[] {
  if (typeof value === "function") return [value as (name: string) => string];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(functionsOf) : [];
}

describe.each(locales)("the texts of %s", (locale) => {
  it("are never empty and never padded", () => {
    const texts = textsOf(messagesOf(locale), locale);
    expect(texts.length).toBeGreaterThan(40);
    for (const [key, text] of texts) expect(text, key).toMatch(/^\S(.*\S)?$/u);
  });

  it("say the name they are given", () => {
    const functions = functionsOf(messagesOf(locale));
    expect(functions.length).toBeGreaterThan(3);
    for (const sentence of functions) expect(sentence("Tidepool")).toContain("Tidepool");
  });

  it("have the keys of English, no more and no fewer", () => {
    const keysOf = (of: Locale) => textsOf(messagesOf(of), "").map(([key]) => key);
    expect(keysOf(locale)).toEqual(keysOf("en"));
  });
});

describe("the German error texts", () => {
  const signinCodes = Object.entries(errorCatalogue).filter(([, entry]) => entry.area === "signin");

  it("cover the sign-in area exactly", () => {
    expect(Object.keys(errorsDe).sort()).toEqual(signinCodes.map(([code]) => code).sort());
  });

  it.each(Object.entries(errorsDe))("of %s are not empty, and keep every `name` one has to type", (code, words) => {
    for (const text of Object.values(words)) expect(text).toMatch(/^\S(.*\S)?$/u);
    const { meaning, action } = errorCatalogue[code as keyof typeof errorsDe];
    const namesIn = (text: string) => (text.match(/`[^`]+`/g) ?? []).sort();
    expect(namesIn(words.meaning + words.action)).toEqual(namesIn(meaning + action));
  });
});
