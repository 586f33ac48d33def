import type { Milliseconds } from "../env.ts";
import { hasCode, type NodeFiles, processes } from "./node-files.ts";

export interface FileLockDeps {
  readonly files: NodeFiles;
  readonly path: string;
}

/** What is done under the lock takes milliseconds: whoever holds it for so long is stopped, or of another machine. */
const patienceMs: Milliseconds = 2_000;
const glanceMs: Milliseconds = 20;

/**
 * Runs one piece of work at a time among the processes that share a file. It saves requests and is not what keeps a session
 * whole (the server is), so it never fails: where no lock can be had, the work is done without.
 */
export function createFileLock({
  files,
  path,
}: FileLockDeps): <Result>(work: () => Promise<Result>) => Promise<Result> {
  /** Whether the lock is ours now. */
  async function tryTake(name: string): Promise<boolean | "impossible"> {
    try {
      const handle = await files.open(path, "wx", 0o600);
      await handle.writeFile(name).finally(() => handle.close());
      return true;
    } catch (error) {
      return hasCode(error, "EEXIST") ? false : "impossible";
    }
  }

  const holder = () => files.readFile(path, "utf8").catch(() => null);

  /** Removes the lock of a process that was killed; puts it back, should it be another's by now. */
  async function breakLock(stale: string): Promise<void> {
    const aside = `${path}.${crypto.randomUUID()}.tmp`;
    try {
      await files.rename(path, aside);
      const taken = await files.readFile(aside, "utf8");
      if (taken !== stale) await files.link(aside, path).catch(() => undefined);
      await files.unlink(aside);
    } catch {
      // Somebody else was faster.
    }
  }

  async function take(name: string): Promise<boolean> {
    let watched: string | null = null;
    let since = performance.now();
    for (;;) {
      const taken = await tryTake(name);
      if (taken !== false) return taken === true;
      const now = await holder();
      if (now !== watched) [watched, since] = [now, performance.now()];
      else if (now !== null && (isDead(now) || performance.now() - since > patienceMs)) await breakLock(now);
      await new Promise((resolve) => setTimeout(resolve, glanceMs * (0.5 + Math.random())));
    }
  }

  return async (work) => {
    const name = `${processes?.pid ?? 0} ${crypto.randomUUID()}`;
    const isTaken = await take(name);
    try {
      return await work();
    } finally {
      if (isTaken && (await holder()) === name) await files.unlink(path).catch(() => undefined);
    }
  };
}

/**
 * Whether the process that holds the lock was killed. In a container that shares only the directory it may look so and not
 * be: that costs a request.
 */
function isDead(holder: string): boolean {
  const pid = Number(holder.split(" ")[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !processes) return false;
  try {
    processes.kill(pid, 0);
    return false;
  } catch (error) {
    return hasCode(error, "ESRCH");
  }
}
