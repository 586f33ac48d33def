// @ts-check
import { accessSync, constants, existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { withInstallLock } from "./install-lock.mjs";
import { reasonToInstall } from "./installed.mjs";
import { LaunchFailure } from "./launch-failure.mjs";
import { runNpmCi } from "./npm.mjs";

/**
 * Installs the dependencies when they are not what package-lock.json says.
 * @param {string} root of the repository
 * @param {import("./node.mjs").NodeChoice} choice
 */
export async function ensureInstalled(root, choice) {
  if (isInstalled(root, choice)) return;
  assertWritable(root);
  await withInstallLock(path.join(root, ".cache", "install.lock"), async () => {
    // Another launcher may have done it while we waited.
    if (isInstalled(root, choice)) return;
    process.stderr.write("Installing dependencies (once, about a minute) …\n");
    // Without npm's record an installation counts as unfinished, whatever interrupts this one.
    rmSync(recordOf(root), { force: true });
    await runNpmCi(root);
  });
}

/**
 * @param {string} root
 * @param {import("./node.mjs").NodeChoice} choice
 */
function isInstalled(root, choice) {
  const wanted = readLockfile(path.join(root, "package-lock.json"));
  if (!wanted) throw new LaunchFailure(`${root} has no package-lock.json: the checkout is not complete.`);
  const nodePackage = choice.kind === "package" ? choice.name : undefined;
  const { platform, arch } = process;
  const installed = existsSync(recordOf(root)) ? readLockfile(recordOf(root)) : undefined;
  return reasonToInstall(wanted, installed, { platform, arch, nodePackage }) === undefined;
}

/** @param {string} root */
function recordOf(root) {
  return path.join(root, "node_modules", ".package-lock.json");
}

/**
 * @param {string} file
 * @returns {import("./installed.mjs").Lockfile | undefined} undefined when there is none, or half of one
 */
function readLockfile(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** @param {string} root */
function assertWritable(root) {
  try {
    accessSync(root, constants.W_OK);
  } catch (cause) {
    throw new LaunchFailure(
      `The dependencies have to be installed, but ${root} cannot be written to.\n` +
        "Run the command as the owner of the directory, or copy the checkout to one of your own.",
      { cause },
    );
  }
}
