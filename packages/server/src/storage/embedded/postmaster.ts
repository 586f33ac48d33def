import { setTimeout as delay } from "node:timers/promises";
import type { Binaries } from "./binaries.ts";
import type { EmbeddedConnection } from "./connection.ts";
import type { DataLayout } from "./data-layout.ts";
import { embeddedFailed } from "./errors.ts";
import type { Launcher } from "./launcher.ts";
import { stopLeftoverPostmaster } from "./leftover.ts";
import { openLogFile } from "./log-file.ts";
import type { EmbeddedLogger } from "./logger.ts";
import { waitUntilReady } from "./readiness.ts";
import { serverSettings, settingsAsArguments } from "./settings.ts";
import { type Supervised, supervise } from "./supervisor.ts";

const readyMs = 120_000;
const backendsGoneMs = 15_000;
const fastShutdownMs = 20_000;
const immediateShutdownMs = 10_000;
const retryMs = 100;

/** A running server that accepts connections. */
export interface Postmaster {
  readonly pid: number;
  /** Resolves when it has ended, with how, in words. */
  readonly ended: Promise<string>;
  /** Ends it, whatever its clients do: fast shutdown, and immediate shutdown if that takes over 20 s. */
  stop(): Promise<void>;
}

export interface PostmasterDeps {
  readonly binaries: Binaries;
  readonly layout: DataLayout;
  readonly launcher: Launcher;
  readonly connection: EmbeddedConnection;
  readonly logger: EmbeddedLogger;
}

/**
 * Starts the server and waits until it is ready, after a postmaster that was left behind has stopped.
 *
 * @throws AppError `embedded_failed`, `data_locked`, `data_inaccessible`
 */
export async function startPostmaster(deps: PostmasterDeps, signal: AbortSignal): Promise<Postmaster> {
  await stopLeftoverPostmaster(deps.layout.cluster, deps.logger);
  const deadline = performance.now() + backendsGoneMs;
  for (;;) {
    const outcome = await tryOnce(deps, signal);
    if ("postmaster" in outcome) return outcome.postmaster;
    // The backends of a killed postmaster notice its death a moment later, and PostgreSQL waits for none of them.
    const backendsRemain = outcome.lastLines.includes("pre-existing shared memory block");
    if (!backendsRemain || performance.now() > deadline || signal.aborted) {
      throw embeddedFailed("The embedded PostgreSQL did not start.", outcome.lastLines, outcome.cause);
    }
    await delay(retryMs);
  }
}

type Outcome = { readonly postmaster: Postmaster } | { readonly lastLines: string; readonly cause: unknown };

async function tryOnce(
  { binaries, layout, launcher, connection }: PostmasterDeps,
  signal: AbortSignal,
): Promise<Outcome> {
  const settings = settingsAsArguments(serverSettings(connection.host));
  const log = await openLogFile(layout.log);
  try {
    const supervised = await supervise(launcher, [binaries.postgres, "-D", layout.cluster, ...settings], log.fd);
    try {
      await waitUntilReady({ connection, hasEnded: supervised.hasEnded, signal, patienceMs: readyMs });
    } catch (cause) {
      await stop(supervised);
      return { lastLines: await log.tail(), cause };
    }
    return { postmaster: { pid: supervised.pid, ended: supervised.ended, stop: () => stop(supervised) } };
  } finally {
    await log.close();
  }
}

async function stop({ pid, ended, hasEnded, closePipe }: Supervised): Promise<void> {
  if (hasEnded()) return;
  closePipe();
  if (await endsWithin(ended, fastShutdownMs)) return;
  // Its supervisor has not ended, so the pid is still the postmaster's.
  process.kill(pid, "SIGQUIT");
  if (await endsWithin(ended, immediateShutdownMs)) return;
  throw embeddedFailed(`PostgreSQL (process ${pid}) does not stop.`);
}

async function endsWithin(ended: Promise<string>, milliseconds: number): Promise<boolean> {
  const timer = new AbortController();
  const timeout = delay(milliseconds, false, { signal: timer.signal }).catch(() => false);
  const result = await Promise.race([ended.then(() => true), timeout]);
  timer.abort();
  return result;
}
