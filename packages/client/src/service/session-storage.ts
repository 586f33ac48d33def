/**
 * Where a device keeps its session: one text, which holds a refresh token. Every call may reject; the session then goes on
 * in memory, and tries again.
 */
export interface SessionStorage {
  /** What was written last, by any process; null where nothing was. */
  read(): Promise<string | null>;
  /** Resolves once the text would outlive a power cut. Until then a reader finds the former text, and never a part. */
  write(text: string): Promise<void>;
  /** Runs `work` while no other process that shares the storage does. Left out where only one process has it. */
  exclusively?<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** For a session that may end with the process: tests, short jobs. */
export function createMemoryStorage(): SessionStorage {
  let kept: string | null = null;
  return {
    read: async () => kept,
    async write(text) {
      kept = text;
    },
  };
}
