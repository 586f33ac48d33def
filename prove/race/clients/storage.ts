import { randomUUID } from "node:crypto";
import type { HeldToken } from "./presenter.ts";

/** What the tabs of a client share, and what survives them: it is written before a request leaves. */
export interface Storage {
  readonly token: HeldToken;
  /** Why the session is over; null while it is not. */
  readonly ended: string | null;
  /** The pending attempt's key, made and stored now unless there is one. */
  pendingKey(): string;
  /** Takes a token over when it is newer than what is stored, and clears the attempt's key with it. */
  commit(token: HeldToken): void;
  end(reason: string): void;
}

export function createStorage(first: HeldToken): Storage {
  let token = first;
  let key: string | null = null;
  let ended: string | null = null;

  return {
    get token() {
      return token;
    },
    get ended() {
      return ended;
    },
    pendingKey() {
      key ??= newKey();
      return key;
    },
    commit(next) {
      if (next.generation <= token.generation) return;
      token = next;
      key = null;
    },
    end(reason) {
      ended ??= reason;
    },
  };
}

export function newKey(): string {
  return randomUUID();
}
