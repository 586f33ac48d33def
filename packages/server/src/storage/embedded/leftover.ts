import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { dataInaccessible, dataLocked, errorCode } from "./errors.ts";
import type { EmbeddedLogger } from "./logger.ts";
import { inspectProcess, isStillRunning } from "./process-identity.ts";

const fastShutdownMs = 20_000;
const immediateShutdownMs = 10_000;
const pollMs = 20;

/** The postmaster that runs on a cluster, whoever started it; null when none does. */
export async function findPostmaster(cluster: string): Promise<number | null> {
  const pid = await readPid(cluster);
  const found = pid === null ? null : inspectProcess(pid);
  // The file of a killed postmaster stays, and its pid may be someone else's by now.
  const isPostmaster = found && (found.commandLine === null || found.commandLine.includes(`-D ${cluster}`));
  return isPostmaster ? pid : null;
}

/**
 * Stops the postmaster that a killed process left behind. Usually its supervisor is already doing so, and this only
 * waits.
 *
 * @throws AppError `data_locked` when it does not stop, `data_inaccessible` when we may not stop it
 */
export async function stopLeftoverPostmaster(cluster: string, logger: EmbeddedLogger): Promise<void> {
  const pid = await findPostmaster(cluster);
  if (pid === null) return;
  logger.info(`Waiting for a PostgreSQL left behind (process ${pid}) to stop.`);
  if (await stopWith("SIGINT", pid, cluster, fastShutdownMs)) return;
  logger.warn(`PostgreSQL (process ${pid}) does not stop; making it.`);
  if (await stopWith("SIGQUIT", pid, cluster, immediateShutdownMs)) return;
  throw dataLocked(`A PostgreSQL left behind (process ${pid}) still uses ${cluster} and does not stop.`);
}

async function stopWith(signal: NodeJS.Signals, pid: number, cluster: string, patienceMs: number): Promise<boolean> {
  const startTime = inspectProcess(pid)?.startTime ?? null;
  try {
    process.kill(pid, signal);
  } catch (cause) {
    if (errorCode(cause) === "ESRCH") return true;
    throw dataInaccessible(`A PostgreSQL of another user (process ${pid}) uses ${cluster}.`, cause);
  }
  const deadline = performance.now() + patienceMs;
  while (isStillRunning(pid, startTime)) {
    if (performance.now() > deadline) return false;
    await delay(pollMs);
  }
  return true;
}

/** The first line of postmaster.pid. In single-user mode PostgreSQL writes the pid with a minus. */
async function readPid(cluster: string): Promise<number | null> {
  try {
    const pid = Math.abs(Number.parseInt(await readFile(join(cluster, "postmaster.pid"), "utf8"), 10));
    return pid > 0 ? pid : null;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}
