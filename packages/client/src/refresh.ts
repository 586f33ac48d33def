import type { AttemptKeys } from "./attempt-key.ts";
import { AuthError, transient } from "./auth-error.ts";
import type { ReadTokens } from "./classify.ts";
import type { Clock } from "./clock.ts";
import type { Cooldown } from "./cooldown.ts";
import { type Credential, noCredential } from "./credential.ts";
import type { ClientEnv, Milliseconds } from "./env.ts";
import type { Exchange } from "./exchange.ts";
import { asObject } from "./json-storage.ts";
import { isNewer } from "./lineage.ts";
import type { ClientConfig } from "./options.ts";
import type { Session } from "./session.ts";
import type { SessionRecord, SessionStore } from "./session-store.ts";
import type { Tabs } from "./tab-channel.ts";
import { takeTurn } from "./tab-lock.ts";

export interface RefreshDeps {
  readonly attempts: AttemptKeys;
  readonly clock: Clock;
  readonly config: ClientConfig;
  readonly cooldown: Cooldown;
  readonly credential: Credential;
  readonly env: ClientEnv;
  readonly exchange: Exchange;
  readonly readTokens: ReadTokens;
  readonly session: Session;
  readonly store: SessionStore;
  readonly tabs: Tabs;
  /** What is still needed, once it is our turn; null for nothing any more. */
  readonly want: () => Want | null;
}

/** What somebody waits for. */
export interface Want {
  readonly account?: string | undefined;
  /** A person waits: a cool-down does not count. */
  readonly isUrgent?: boolean | undefined;
}

export interface RefreshRun {
  /** Aborted when the page is frozen or left. */
  readonly signal: AbortSignal;
  /** Aborted when there is no point in waiting for other tabs. */
  readonly patience: AbortSignal;
  /** Until the server must have answered. */
  readonly timeout: Milliseconds;
  /** From 1: each but the first means that another tab stored something newer meanwhile. */
  turn: number;
  /** What it came to serve; null while it waits, and when nothing was left to do. */
  want: Want | null;
  /** What was stored of the session that it presented. */
  record: SessionRecord | null;
}

interface How {
  /** With the nonce that the server has asked for. */
  readonly isAgain?: boolean;
  /** For the account that the grant is in, whichever that is. */
  readonly isPlain?: boolean;
}

// Tabs answer in a few milliseconds, if there are any.
const hearing: Milliseconds = 50;
const turnsAtMost = 3;

/**
 * One refresh, from the wait for our turn to the commit.
 *
 * @throws AuthError what came instead
 */
export function createRefresh(deps: RefreshDeps): (run: RefreshRun) => Promise<void> {
  const { attempts, clock, config, credential, env, exchange, session, store, tabs } = deps;

  /** Asks the other tabs when one of them must have had an answer that did not reach us. */
  async function listenAround(patience: AbortSignal): Promise<void> {
    if (!tabs.isOpen() || patience.aborted || !isNewer(store.read(), session.tokenFor())) return;
    tabs.post({ type: "wanted" });
    await new Promise<void>((resolve) => {
      const timer = env.setTimer(resolve, hearing);
      patience.addEventListener("abort", () => {
        env.clearTimer(timer);
        resolve();
      });
    });
  }

  async function ask(record: SessionRecord | null, want: Want, run: RefreshRun, how: How = {}): Promise<boolean> {
    const { timeout, signal } = run;
    const refreshToken = credential.load ? await credential.load() : record?.refreshToken;
    if (!refreshToken && !credential.isCookie) throw noCredential();
    // Without a proof to make, what is sent is read in the same turn.
    const proof = credential.prove && (await credential.prove("POST", `${config.issuer}/refresh`));
    const account = how.isPlain ? undefined : (want.account ?? record?.account);
    const attempt = attempts.begin();
    const serverNow = clock.serverNow();
    const answer = await exchange("/refresh", {
      form: {
        client_id: config.clientId,
        ...(refreshToken && { refresh_token: refreshToken }),
        ...(account && { account }),
      },
      headers: {
        ...proof,
        "Idempotency-Key": attempt.key,
        ...(serverNow && { "Refresh-Deadline": `${Math.round(serverNow + timeout)}` }),
      },
      withCookies: credential.isCookie ?? false,
      timeout,
      signal,
    });
    const isAnotherProof = credential.learn?.(answer.headers) && asObject(answer.body).error === "use_dpop_nonce";
    if (isAnotherProof && !how.isAgain) return ask(record, want, run, { ...how, isAgain: true });
    const tokens = deps.readTokens(answer);
    await credential.keep?.(tokens.refresh_token);
    const isDone = session.commit(tokens, { ...want, sent: answer.sent, isLast: run.turn === turnsAtMost });
    if (isDone) attempts.finish(attempt);
    if (isDone && want.account && !session.tokenFor(want.account)) throw forbidden();
    return isDone;
  }

  async function present(run: RefreshRun): Promise<void> {
    session.sync();
    const want = deps.want();
    run.want = want;
    if (!want) return;
    const wait = want.isUrgent ? 0 : deps.cooldown.remaining();
    if (wait) throw transient("rate_limited", "The server has asked for quiet.", { retryAfterMs: wait });
    const record = store.read();
    run.record = record;
    let isOutdated: boolean;
    try {
      isOutdated = !(await ask(record, want, run));
    } catch (error) {
      const { kind, code } = error as AuthError;
      // The account of before is closed to the person: on in the one that the server knows.
      if (code === "account_forbidden") store.choose(undefined);
      // The attempt whose answer got lost was for another account. First it is finished, under its own key; then the
      // account is asked for under the next.
      const isBetween = code === "refresh_superseded";
      if (isBetween) await ask(record, { isUrgent: want.isUrgent }, run, { isPlain: true });
      // A refusal counts for what is stored, and for nothing older.
      isOutdated = isBetween || ((kind === "terminal" || kind === "no_session") && isNewer(store.read(), record));
      if (!isOutdated || run.turn === turnsAtMost) throw error;
    }
    if (isOutdated && run.turn++ < turnsAtMost) await present(run);
  }

  return async (run) => {
    const release = await takeTurn(env, `${config.scope}:${store.read()?.sid}`, run.patience);
    try {
      if (run.signal.aborted) throw transient("request_aborted", "The page was put away.");
      await listenAround(run.patience);
      await present(run);
    } finally {
      release();
    }
  };
}

/** A server that knows nothing of accounts goes on in the one it had. */
const forbidden = () => new AuthError("account_forbidden", "Not that account.", { kind: "interaction" });
