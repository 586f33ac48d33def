import type { AuthError } from "./auth-error.ts";
import type { CredentialMode } from "./credential.ts";
import type { ClientEnv } from "./env.ts";
import type { AuthState } from "./state.ts";

/**
 * Where the refresh token lives. `cookie`: HttpOnly, on a same-site Holdfast. `dpop`: IndexedDB, bound to a key that no
 * script can read out. `local`: localStorage. `memory`: this tab only.
 */
export type StorageMode = "cookie" | "dpop" | "local" | "memory";

export interface AuthClientOptions {
  /** Holdfast's address: `https://login.example.com`. */
  readonly issuer: string;
  readonly clientId: string;
  /** Where the refresh token lives. Default: `cookie`. For `dpop` the value of that name of `@holdfast/client/dpop`. */
  readonly storage?: Exclude<StorageMode, "dpop"> | CredentialMode | undefined;
  /** Default: what the page offers. */
  readonly env?: ClientEnv | undefined;
}

export interface GetTokenOptions {
  /** Fetch a new one, though the one in hand would do. */
  readonly forceRefresh?: boolean | undefined;
  /** A token that somebody has refused: another one is wanted, whoever got it. */
  readonly notToken?: string | undefined;
  /** Milliseconds the token must live on. Default: 10,000. */
  readonly minRemainingMs?: number | undefined;
  /** A token for this account, whichever the session stands in. Default: the current one. */
  readonly account?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * While the server cannot be reached: `wait` for it (default), `throw` the trouble, or answer with the token that ran
   * out (`stale-ok`).
   */
  readonly onTrouble?: "wait" | "throw" | "stale-ok" | undefined;
  /** Milliseconds to wait at most; then it throws the trouble. Default: for ever. */
  readonly maxWaitMs?: number | undefined;
}

export interface SignInOptions {
  /** Where the person goes afterwards. Default: this page. */
  readonly returnTo?: string | undefined;
  readonly provider?: string | undefined;
  readonly account?: string | undefined;
  readonly prompt?: "login" | "select_account" | undefined;
}

export interface AuthEvents {
  /** A new access token is in hand, from the server or another tab. */
  readonly token: { readonly sid: string; readonly generation: number; readonly from: "server" | "tab" };
  /** Something the client copes with by itself. */
  readonly trouble: AuthError;
  /** Something somebody should look at: storage is blocked, the clock is wrong. */
  readonly warning: AuthError;
  /** The session is over. */
  readonly ended: { readonly sid: string | null; readonly reason: string; readonly by: "server" | "tab" | "person" };
}

/** A session in a page: framework-free. `getState` and `subscribe` fit `useSyncExternalStore`. */
export interface AuthClient {
  /** The current state: the same object until something changes. */
  readonly state: AuthState;
  /** Called after every change of `state`. Answers with the way to stop. Bound: needs no `this`. */
  readonly subscribe: (listener: () => void) => () => void;
  /** Resolves when it is known whether anybody is signed in, or that it cannot be known just now. Never rejects. */
  ready(): Promise<AuthState>;
  /**
   * An access token that an API will take; null exactly when there is no session.
   *
   * @throws AuthError by `onTrouble`, `maxWaitMs` and `signal`
   */
  getToken(options?: GetTokenOptions): Promise<string | null>;
  /** `fetch` with the access token; after a 401 once more with a new one, where the request can be sent again. */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** Leaves for the sign-in page. */
  signIn(options?: SignInOptions): Promise<void>;
  /**
   * On the page a sign-in returns to (storage modes other than `cookie`): turns the one-time code into a session.
   * Answers false where the address holds none.
   */
  handleCallback(url?: string): Promise<boolean>;
  /** Ends the session here at once, and at the server as soon as it can be reached. `local` leaves the server out. */
  signOut(options?: { readonly scope?: "session" | "local" | undefined }): Promise<void>;
  /** Acts for another of the person's accounts, without a new sign-in. */
  switchAccount(accountId: string): Promise<void>;
  /** Asks the server now whether the session stands: after a change somewhere else. */
  check(): Promise<AuthState>;
  on<Name extends keyof AuthEvents>(name: Name, listener: (event: AuthEvents[Name]) => void): () => void;
  /** Lets go of timers, locks, channels and listeners. The session itself lives on. */
  dispose(): void;
}
