import { createRequire } from "node:module";
import { errorCatalogue } from "@holdfast/protocol";
import { expect, it } from "vitest";

const source = /packages\/protocol\/src\/index\.ts$/;

it("resolves a workspace package to its source for vitest and for Node's own loader alike", () => {
  expect(import.meta.resolve("@holdfast/protocol")).toMatch(source);
  expect(createRequire(import.meta.url).resolve("@holdfast/protocol")).toMatch(source);
  expect(errorCatalogue.internal_error.status).toBe(500);
});
