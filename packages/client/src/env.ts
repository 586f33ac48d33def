/**
 * Everything the client takes from outside. In a page it is `browserEnv()`; a test, a worker or another runtime hands in
 * its own and then owns time, network, storage and the other tabs.
 */

/** Milliseconds. */
export type Milliseconds = number;

export interface ClientEnv {
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** The wall clock: milliseconds since the epoch. A person may set it, and it may step either way. */
  readonly wallNow: () => Milliseconds;
  /** A clock that never steps: milliseconds since some moment. On several platforms it stands still during sleep. */
  readonly monotonicNow: () => Milliseconds;
  readonly setTimer: (callback: () => void, delay: Milliseconds) => TimerHandle;
  /** Takes what `setTimer` gave, also when it has run out, and null. */
  readonly clearTimer: (timer: TimerHandle) => void;
  /** From 0 to 1, for jitter. */
  readonly random: () => number;
  /** A fresh random identifier of at least 122 bits: keys of attempts, state, code verifiers. */
  readonly randomId: () => string;
  /** The Web Locks of this origin; null where there are none. */
  readonly locks: TabLocks | null;
  /** Opens the channel between the tabs of this origin; null where there is none. */
  readonly openChannel: ((name: string) => TabChannel) | null;
  /** What outlives the tab (`localStorage`); null where it is blocked. Every call may throw. */
  readonly storage: TabStorage | null;
  /**
   * What outlives a navigation of this tab and no other tab sees (`sessionStorage`): a sign-in that was begun here. Null
   * where it is blocked. Every call may throw.
   */
  readonly sessionStorage: KeyValueStorage | null;
  /** Hashes and signatures (`crypto.subtle`); null outside a secure context. Needed for all modes but `cookie`. */
  readonly subtle: SubtleCrypto | null;
  /**
   * Where a non-extractable key and what it binds are kept: for the mode `dpop` only. Null where it is blocked. Default:
   * the page's IndexedDB.
   */
  readonly vault?: KeyVault | null;
  readonly lifecycle: TabLifecycle;
  /** The address bar; null outside a page (a worker, a test): then `signIn` and `handleCallback` need arguments. */
  readonly navigation: TabNavigation | null;
}

/** What `setTimer` gave: opaque. */
export type TimerHandle = unknown;

export interface TabLocks {
  /** As `navigator.locks.request`: exclusive; rejects with the signal's reason when it is aborted while waiting. */
  request<T>(name: string, options: { readonly signal?: AbortSignal }, work: () => Promise<T>): Promise<T>;
}

/** One tab's end of a `BroadcastChannel`: what it posts reaches the others, never itself. Messages are plain JSON data. */
export interface TabChannel {
  post(message: unknown): void;
  listen(listener: (message: unknown) => void): void;
  close(): void;
}

/** Strings by name. */
export interface KeyValueStorage {
  read(key: string): string | null;
  write(key: string, value: string): void;
  remove(key: string): void;
}

/** `localStorage`, and its `storage` event: another tab's write. */
export interface TabStorage extends KeyValueStorage {
  /** Called when ANOTHER tab has written or removed a key. Answers with the way to stop. */
  listen(listener: (key: string | null, value: string | null) => void): () => void;
}

/** Keeps a `CryptoKeyPair` that no script can read out, beside a string that only it can use. */
export interface KeyVault {
  read(name: string): Promise<VaultEntry | null>;
  write(name: string, entry: VaultEntry): Promise<void>;
  remove(name: string): Promise<void>;
}

export interface VaultEntry {
  readonly keys: CryptoKeyPair;
  readonly value: string;
}

/** What happens to the page. `wake` is not among them: the client finds out by its clocks. */
export type LifecycleEvent =
  | "online"
  | "offline"
  | "visible"
  | "hidden"
  | "freeze"
  | "resume"
  | "pagehide"
  | "pageshow";

export interface TabLifecycle {
  /** `navigator.onLine`: a hint, wrong in both directions. */
  readonly isOnline: () => boolean;
  readonly isVisible: () => boolean;
  /** `pageshow` is told only for a page that comes back from the back/forward cache. Answers with the way to stop. */
  listen(listener: (event: LifecycleEvent) => void): () => void;
}

export interface TabNavigation {
  /** The page's address. */
  readonly href: () => string;
  /** Leaves for another page: only ever to sign in or out, and only when asked to. */
  readonly assign: (url: string) => void;
  /** Changes the address without loading anything: removes a one-time code after it was used. */
  readonly replace: (url: string) => void;
}
