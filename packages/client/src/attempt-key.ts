import { asObject, type JsonStorage } from "./json-storage.ts";

/** The name of one attempt to refresh: all its retries carry it, and the server answers each with the same successor. */
export interface Attempt {
  /** Sent as `Idempotency-Key`. */
  readonly key: string;
  /** How many requests were sent under it, this one included. */
  readonly turn: number;
}

export interface AttemptKeys {
  /** The pending attempt, or a new one; stored before it is answered. */
  begin(): Attempt;
  /** The successor is stored. Forgets the key, unless another request was sent under it since: its answer may yet come. */
  finish(attempt: Attempt): void;
  /** The session is over, or another. */
  clear(): void;
}

const name = ":attempt";

export function createAttemptKeys(storage: JsonStorage, randomId: () => string): AttemptKeys {
  function read(): Attempt | null {
    const { key, turn } = asObject(storage.read(name));
    // The server takes no other key, and would refuse every attempt from now on.
    return typeof key === "string" && /^[!-~]{1,256}$/.test(key) ? { key, turn: Number(turn) || 0 } : null;
  }

  const clear = () => void storage.write(name, null);

  return {
    begin() {
      const { key = randomId(), turn = 0 } = read() ?? {};
      const own = { key, turn: turn + 1 };
      storage.write(name, own);
      // Another tab may have begun at the same moment: what stands is what both send.
      return read() ?? own;
    },
    finish({ key, turn }) {
      const pending = read();
      if (pending?.key === key && pending.turn === turn) clear();
    },
    clear,
  };
}
