import type { AuthClient, AuthClientOptions, AuthEvents, GetTokenOptions } from "../auth-client.ts";
import type { TimerHandle } from "../env.ts";
import type { AuthState } from "../state.ts";
import { readAccessToken } from "./reference-server/access-token.ts";
import type { VirtualPage } from "./virtual-document.ts";

/**
 * The rules that people leave out. Each stands for one line of code as it is commonly written; a world in which it is
 * `true` shows what that line costs. All `true` is the client of many an app today.
 */
export interface NaiveHabits {
  /** Refreshes on `setTimeout(exp − Date.now())`, and never else. */
  readonly timerOnly: boolean;
  /** Compares `exp` with `Date.now()`. */
  readonly trustsWallClock: boolean;
  /** Any refresh that fails means that nobody is signed in. */
  readonly nullOnError: boolean;
  /** `location.reload()` on "Failed to fetch". */
  readonly reloadsOnFailure: boolean;
  /** Two callers, two refreshes. */
  readonly refreshesTwice: boolean;
  /** No `Idempotency-Key`. */
  readonly sendsNoKey: boolean;
  /** Any 4xx is a verdict, whoever said it. */
  readonly believesEverybody: boolean;
}

export const naiveHabits: NaiveHabits = {
  timerOnly: true,
  trustsWallClock: true,
  nullOnError: true,
  reloadsOnFailure: true,
  refreshesTwice: true,
  sendsNoKey: true,
  believesEverybody: true,
};

const retryAfter = 20_000;

/**
 * The client of many an app today: refreshes when the token has run out by its own clock, and gives up on trouble. Without
 * its habits it is better, and still no match: it knows nothing of other tabs.
 */
export function createNaiveClient(
  { env, issuer, clientId, reload }: VirtualPage,
  storage: AuthClientOptions["storage"],
  habits: NaiveHabits = naiveHabits,
): AuthClient {
  const listeners = new Set<() => void>();
  const tokenKey = "naive.refresh_token";
  const attemptKey = "naive.attempt";
  let state: AuthState = { status: "initializing", isAuthenticated: false, isLoading: true };
  let token: string | null = null;
  let receivedAt = 0;
  let refreshing: Promise<string | null> | null = null;
  let timer: TimerHandle = null;

  function show(next: AuthState): void {
    state = next;
    for (const listener of listeners) listener();
  }

  function showToken(next: string): void {
    const body = readAccessToken(next);
    token = next;
    receivedAt = env.monotonicNow();
    const user = { userId: body?.sub ?? "", accountId: null, role: null, claims: { ...body } };
    show({ status: "active", isAuthenticated: true, isLoading: false, sid: body?.sid ?? null, user });
    if (!body) return;
    const remaining = habits.trustsWallClock
      ? body.exp * 1000 - env.wallNow()
      : (body.exp - body.iat) * 1000 - (env.monotonicNow() - receivedAt);
    plan(remaining);
  }

  function plan(delay: number): void {
    env.clearTimer(timer);
    timer = env.setTimer(() => void refresh(), delay);
  }

  function showTrouble(): void {
    const { sid, user } = state.isAuthenticated ? state : { sid: null, user: null };
    show({ status: isUsable() ? "degraded" : "stale", isAuthenticated: true, isLoading: false, sid, user });
    plan(retryAfter);
  }

  function showNobody(): void {
    token = null;
    show({ status: "anonymous", isAuthenticated: false, isLoading: false });
  }

  function isUsable(): boolean {
    const body = token === null ? null : readAccessToken(token);
    if (!body) return false;
    if (habits.timerOnly) return true;
    if (habits.trustsWallClock) return body.exp * 1000 > env.wallNow();
    return env.monotonicNow() - receivedAt < (body.exp - body.iat) * 1000;
  }

  function refresh(): Promise<string | null> {
    if (refreshing && !habits.refreshesTwice) return refreshing;
    refreshing = send().finally(() => {
      refreshing = null;
    });
    return refreshing;
  }

  async function send(): Promise<string | null> {
    const body = new URLSearchParams({ client_id: clientId });
    const kept = storage === "cookie" ? null : env.storage?.read(tokenKey);
    if (kept) body.set("refresh_token", kept);
    const attempt = env.storage?.read(attemptKey) ?? env.randomId();
    env.storage?.write(attemptKey, attempt);
    const headers: Record<string, string> = habits.sendsNoKey ? {} : { "idempotency-key": attempt };
    try {
      const response = await env.fetch(`${issuer}/refresh`, { method: "POST", credentials: "include", headers, body });
      if (!response.ok) return await giveUp(response);
      const answer: { access_token: string; refresh_token?: string } = await response.json();
      if (answer.refresh_token) env.storage?.write(tokenKey, answer.refresh_token);
      env.storage?.remove(attemptKey);
      showToken(answer.access_token);
      return answer.access_token;
    } catch (error) {
      if (error instanceof TypeError && habits.reloadsOnFailure) reload();
      else if (habits.nullOnError) showNobody();
      else showTrouble();
      return habits.nullOnError ? null : token;
    }
  }

  async function giveUp(response: Response): Promise<string | null> {
    const verdict: { retryable?: boolean } = await response.json().catch(() => ({}));
    const isVerdict = habits.believesEverybody ? response.status < 500 : verdict.retryable === false;
    if (isVerdict || habits.nullOnError) showNobody();
    else showTrouble();
    return null;
  }

  async function getToken({ forceRefresh, notToken }: GetTokenOptions = {}): Promise<string | null> {
    if (state.status === "anonymous" || state.status === "ended") return null;
    const isGood = isUsable() && !forceRefresh && token !== notToken;
    return isGood ? token : refresh();
  }

  async function handleCallback(url = env.navigation?.href() ?? ""): Promise<boolean> {
    const code = new URL(url).searchParams.get("code");
    if (code === null) return false;
    const body = new URLSearchParams({ client_id: clientId, code, code_verifier: "v".repeat(43) });
    const response = await env.fetch(`${issuer}/signin/redeem`, { method: "POST", body });
    const answer: { access_token: string; refresh_token: string } = await response.json();
    env.storage?.write(tokenKey, answer.refresh_token);
    showToken(answer.access_token);
    return true;
  }

  async function signOut(): Promise<void> {
    env.storage?.remove(tokenKey);
    const sid = state.isAuthenticated ? state.sid : null;
    token = null;
    show({ status: "ended", isAuthenticated: false, isLoading: false, sid, reason: "signed_out" });
    await env.fetch(`${issuer}/signout`, { method: "POST", credentials: "include" }).catch(() => undefined);
  }

  async function fetchWithToken(input: string | URL | Request, init: RequestInit = {}): Promise<Response> {
    const bearer = await getToken();
    const headers = new Headers(init.headers);
    if (bearer !== null) headers.set("authorization", `Bearer ${bearer}`);
    return env.fetch(input, { ...init, headers });
  }

  const hasCode = new URL(env.navigation?.href() ?? issuer).searchParams.has("code");
  if (!hasCode && (storage === "cookie" || env.storage?.read(tokenKey))) void refresh();
  else if (!hasCode) showNobody();

  return {
    get state() {
      return state;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    ready: async () => state,
    getToken,
    fetch: fetchWithToken,
    signIn: async () => env.navigation?.assign(`${issuer}/signin?client_id=${clientId}&return_to=${pageOf(env)}`),
    handleCallback,
    signOut,
    switchAccount: async () => void (await refresh()),
    check: async () => state,
    on:
      <Name extends keyof AuthEvents>(_name: Name, _listener: (event: AuthEvents[Name]) => void) =>
      () =>
        undefined,
    dispose: () => listeners.clear(),
  };
}

function pageOf(env: VirtualPage["env"]): string {
  return encodeURIComponent(env.navigation?.href() ?? "");
}
