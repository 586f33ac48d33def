import type { AuthClient, AuthState, AuthUser, EndReason, GetTokenOptions } from "@holdfast/client";

/** A session whose every turn the test decides; it keeps the promises of `AuthClient`, and refreshes at once. */
export interface FakeClient extends AuthClient {
  /** The server cannot be reached: refreshes wait. `unnoticed`: nobody has tried to yet. */
  readonly loseServer: (unnoticed?: "unnoticed") => void;
  readonly findServer: () => void;
  /** What another tab's refresh, or one that was due, leaves here. */
  readonly refresh: () => string;
  readonly end: (reason: EndReason) => void;
  readonly signInAs: (userId: string, sid: string) => void;
  /** The next calls of `getToken` throw this. */
  readonly failNext: (times: number) => void;
  readonly token: () => string | undefined;
  /** Tokens that were issued. */
  readonly issued: () => number;
}

export interface FakeClientOptions {
  /** Seconds. Default: 900. */
  readonly lifetime?: number;
  /** Milliseconds by which the server's clock is ahead of this device's. Default: 0. */
  readonly serverAheadMs?: number;
  /** Default: `active`. `cold` has a session, and neither a token nor a server. */
  readonly start?: "active" | "initializing" | "anonymous" | "cold";
}

const OUT = { isAuthenticated: false, isLoading: false } as const;

export function createFakeClient(options: FakeClientOptions = {}): FakeClient {
  const { lifetime = 900, start = "active", serverAheadMs = 0 } = options;
  const listeners = new Set<() => void>();
  let subject = { userId: "u_ada", sid: "s_1", accountId: "a_1" };
  let token: string | undefined;
  let receivedAt = 0;
  let issued = 0;
  let failures = 0;
  let hasServer = start !== "cold";
  let state: AuthState = { status: "initializing", isAuthenticated: false, isLoading: true };

  function enter(next: AuthState): void {
    state = next;
    for (const listener of [...listeners]) listener();
  }

  function live(status: "active" | "degraded" | "stale"): void {
    const { userId, accountId, sid } = subject;
    const user: AuthUser | null = token === undefined ? null : { userId, accountId, role: null, claims: {} };
    enter({ status, isAuthenticated: true, isLoading: false, sid: token === undefined ? null : sid, user });
  }

  function refresh(): string {
    const iat = Math.floor((Date.now() + serverAheadMs) / 1_000);
    const claims = {
      sub: subject.userId,
      sid: subject.sid,
      account: subject.accountId,
      iat,
      exp: iat + lifetime,
      jti: ++issued,
    };
    token = `e30.${btoa(JSON.stringify(claims)).replace(/=+$/, "")}.c2ln`;
    receivedAt = Date.now();
    live("active");
    return token;
  }

  const remaining = () => (token === undefined ? 0 : receivedAt + lifetime * 1_000 - Date.now());

  function changed(): Promise<void> {
    return new Promise((resolve) => {
      const stop = subscribe(() => {
        stop();
        resolve();
      });
    });
  }

  function subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  async function getToken(options: GetTokenOptions = {}): Promise<string | null> {
    const { notToken, minRemainingMs = 10_000, forceRefresh = false, onTrouble } = options;
    const held = token;
    if (failures > 0) {
      failures--;
      throw new Error("the account may not be acted for");
    }
    const will = () => token !== notToken && !(forceRefresh && token === held) && remaining() >= minRemainingMs;
    while (!state.isAuthenticated || token === undefined || !will()) {
      if (!state.isAuthenticated && !state.isLoading) return null;
      if (state.isAuthenticated && hasServer) return refresh();
      if (onTrouble === "throw") throw new Error("no network");
      await changed();
    }
    return token;
  }

  if (start === "active") refresh();
  else if (start === "cold") live("stale");
  else if (start === "anonymous") enter({ status: "anonymous", ...OUT });

  return {
    get state() {
      return state;
    },
    subscribe,
    getToken,
    refresh,
    loseServer: (unnoticed) => {
      hasServer = false;
      if (!unnoticed) live(remaining() > 10_000 ? "degraded" : "stale");
    },
    findServer: () => {
      hasServer = true;
      refresh();
    },
    end: (reason) => {
      token = undefined;
      enter({ status: "ended", ...OUT, sid: subject.sid, reason });
    },
    signInAs: (userId, sid) => {
      subject = { userId, sid, accountId: `a_of_${userId}` };
      refresh();
    },
    switchAccount: async (accountId) => {
      subject = { ...subject, accountId };
      refresh();
    },
    failNext: (times) => {
      failures = times;
    },
    token: () => token,
    issued: () => issued,
    ready: async () => state,
    fetch: async () => new Response(),
    signIn: async () => {},
    handleCallback: async () => false,
    signOut: async () => enter({ status: "ended", ...OUT, sid: subject.sid, reason: "signed_out" }),
    check: async () => state,
    on: () => () => {},
    dispose: () => enter({ status: "disposed", ...OUT }),
  };
}
