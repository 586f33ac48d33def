import { setTimeout as delay } from "node:timers/promises";
import type { EmbeddedLogger } from "./logger.ts";
import type { Postmaster } from "./postmaster.ts";

const shortestPauseMs = 100;
const longestPauseMs = 5_000;
/** A server that lived this long did not fail because of how it was started. */
const steadyMs = 10_000;

interface KeepRunningDeps {
  readonly start: (signal: AbortSignal) => Promise<Postmaster>;
  readonly logger: EmbeddedLogger;
  /** Waits; ends early, without an error, when the signal aborts. Default: the real thing. */
  readonly pause?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

/** A server that is started again whenever it ends. */
export interface KeptRunning {
  /** The pid of the current postmaster, or of the last one while there is none. */
  readonly pid: number;
  stop(): Promise<void>;
}

/**
 * Starts the server and, whenever it ends unasked, starts it again: after 100 ms, and after twice as long with each
 * failure, up to 5 s. Never gives up: a disk that was full is emptied one day.
 *
 * @throws AppError what the first start throws
 */
export async function keepRunning({ start, logger, pause = pauseFor }: KeepRunningDeps): Promise<KeptRunning> {
  const stopping = new AbortController();
  let current = await start(stopping.signal);
  const watching = watch();

  async function watch(): Promise<void> {
    let pauseMs = shortestPauseMs;
    while (!stopping.signal.aborted) {
      const since = performance.now();
      const how = await current.ended;
      if (stopping.signal.aborted) return;
      logger.warn(`PostgreSQL (process ${current.pid}) ended by itself: ${how}. Starting it again.`);
      if (performance.now() - since > steadyMs) pauseMs = shortestPauseMs;
      pauseMs = await startAgain(pauseMs);
    }
  }

  /** Returns the pause before the next failure's attempt. */
  async function startAgain(firstPauseMs: number): Promise<number> {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      await pause(pauseMs, stopping.signal);
      if (stopping.signal.aborted) return pauseMs;
      try {
        current = await start(stopping.signal);
        logger.info(`PostgreSQL runs again (process ${current.pid}).`);
        return Math.min(pauseMs * 2, longestPauseMs);
      } catch (error) {
        if (!stopping.signal.aborted) logger.error(`PostgreSQL did not start: ${messageOf(error)}`);
      }
    }
  }

  async function stop(): Promise<void> {
    stopping.abort();
    await current.stop();
    await watching;
    // A start that was under way may have made another one meanwhile.
    await current.stop();
  }

  return {
    get pid() {
      return current.pid;
    },
    stop,
  };
}

async function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch(() => {});
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
