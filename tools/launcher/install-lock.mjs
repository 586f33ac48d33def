// @ts-check
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { LaunchFailure } from "./launch-failure.mjs";

/**
 * @typedef {object} LockDeps
 * @property {number} pid whose lock it becomes
 * @property {(pid: number) => boolean} isAlive
 * @property {(ms: number) => Promise<unknown>} sleep
 * @property {(message: string) => void} say
 */

/** @type {LockDeps} */
const system = { pid: process.pid, isAlive, sleep, say: (message) => void process.stderr.write(`${message}\n`) };

const pollMs = 500;
const patienceMs = 15 * 60_000;

/**
 * Runs `work` while no other launcher of this checkout does. The lock is a file that holds a process id; the lock of a
 * process that is gone is taken over.
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {LockDeps} [deps]
 * @returns {Promise<T>}
 */
export async function withInstallLock(file, work, deps = system) {
  mkdirSync(path.dirname(file), { recursive: true });
  await acquire(file, deps);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/**
 * @param {string} file
 * @param {LockDeps} deps
 */
async function acquire(file, { pid, isAlive, sleep, say }) {
  for (let waited = 0; !take(file, pid); waited += pollMs) {
    const holder = holderOf(file);
    if (holder === undefined) continue;
    if (!isAlive(holder)) {
      removeStale(file, holder, pid);
      continue;
    }
    if (waited === 0) say(`Process ${holder} is installing the dependencies; waiting for it …`);
    if (waited >= patienceMs) throw heldTooLong(file, holder);
    await sleep(pollMs);
  }
}

/**
 * @param {string} file
 * @param {number} holder
 */
function heldTooLong(file, holder) {
  return new LaunchFailure(
    `Process ${holder} has been installing the dependencies for ${patienceMs / 60_000} minutes.\n` +
      `If it is no installation at all, delete ${file} and run the command again.`,
  );
}

/**
 * Linked from a finished file, so that nobody ever reads a lock without its process id.
 * @param {string} file
 * @param {number} pid
 */
function take(file, pid) {
  const draft = `${file}.${pid}`;
  writeFileSync(draft, String(pid));
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Two launchers may find the same dead holder. The lock is moved aside and looked at again before it is thrown away:
 * had the other one taken it over meanwhile, it gets its lock back.
 * @param {string} file
 * @param {number} holder
 * @param {number} pid
 */
function removeStale(file, holder, pid) {
  const aside = `${file}.stale-${pid}`;
  try {
    renameSync(file, aside);
    if (holderOf(aside) !== holder) linkSync(aside, file);
  } catch (error) {
    if (!["ENOENT", "EEXIST"].includes(codeOf(error))) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** @param {string} file */
function holderOf(file) {
  try {
    return Number(readFileSync(file, "utf8"));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

/** @param {unknown} error */
function codeOf(error) {
  return /** @type {NodeJS.ErrnoException} */ (error).code ?? "";
}
