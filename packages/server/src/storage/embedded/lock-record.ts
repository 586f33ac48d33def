import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { hostname } from "node:os";
import { z } from "zod";
import { errorCode } from "./errors.ts";
import { inspectProcess, isStillRunning } from "./process-identity.ts";
import { socketFile } from "./socket-directory.ts";

const lockRecord = z.object({
  /** Unique to this holding of the lock. */
  id: z.string(),
  pid: z.number().int().positive(),
  /** As `RunningProcess.startTime`. */
  processStartTime: z.string().nullable(),
  /** The machine's or container's name: pids mean something only there. */
  hostname: z.string(),
  /** What holds the directory, in words for a person: `holdfast dev`. */
  command: z.string(),
  /** ISO 8601. */
  startedAt: z.string(),
  /** How to connect. The password is in the data directory, in a file of its own. */
  connection: z.object({ host: z.string(), port: z.number(), user: z.string(), database: z.string() }),
});

/** The content of the lock file: who holds the data directory, and how to reach the database. */
export type LockRecord = z.infer<typeof lockRecord>;

/** What this process writes into the lock. */
export function describeThisProcess(): Pick<LockRecord, "pid" | "processStartTime" | "hostname"> {
  return {
    pid: process.pid,
    processStartTime: inspectProcess(process.pid)?.startTime ?? null,
    hostname: hostname(),
  };
}

/** Reads a lock file: null when there is none, `"unreadable"` when it says nothing we understand. */
export async function readLockRecord(path: string): Promise<LockRecord | "unreadable" | null> {
  try {
    return lockRecord.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    if (error instanceof SyntaxError || error instanceof z.ZodError) return "unreadable";
    throw error;
  }
}

/** Whether the holder lives. Another container's pids are invisible here: then its database's socket tells. */
export async function isAlive(holder: LockRecord): Promise<boolean> {
  if (holder.hostname === hostname()) return isStillRunning(holder.pid, holder.processStartTime);
  return accepts(socketFile(holder.connection.host));
}

function accepts(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
