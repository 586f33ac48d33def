import { expect, test } from "vitest";
import { extractSnippets, nocheckReason } from "./extract.ts";

test("finds each block with its language, meta and the line its code begins on", () => {
  const page = ["Words.", "", '```ts title="a.ts"', "const a = 1;", "```", "```sh", "ls", "```"].join("\n");
  expect(extractSnippets(page)).toEqual([
    { line: 4, indent: 0, language: "ts", meta: 'title="a.ts"', code: "const a = 1;" },
    { line: 7, indent: 0, language: "sh", meta: "", code: "ls" },
  ]);
});

test("takes the indent of a list off the code, and remembers it", () => {
  expect(extractSnippets("1. First\n\n   ```ts\n   f();\n   ```")).toEqual([
    { line: 4, indent: 3, language: "ts", meta: "", code: "f();" },
  ]);
});

test("takes a shorter fence inside a longer one as part of its code", () => {
  const [snippet, ...others] = extractSnippets("````md\n```ts\nf();\n```\n````");
  expect(snippet?.code).toBe("```ts\nf();\n```");
  expect(others).toEqual([]);
});

test("refuses a fence that is never closed", () => {
  expect(() => extractSnippets("Words.\n```ts\nf();")).toThrow("line 2");
});

test("lets a snippet go unchecked only for a reason", () => {
  const [reasoned, bare, plain] = extractSnippets('```ts nocheck="sketch"\n```\n```ts nocheck\n```\n```ts\n```');
  expect(reasoned && nocheckReason(reasoned)).toBe("sketch");
  expect(() => bare && nocheckReason(bare)).toThrow("needs a reason");
  expect(plain && nocheckReason(plain)).toBeUndefined();
});
