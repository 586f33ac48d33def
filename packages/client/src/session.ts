import { type AccessToken, createAccessToken, remainingOf } from "./access-token.ts";
import type { AttemptKeys } from "./attempt-key.ts";
import type { AuthEvents } from "./auth-client.ts";
import type { AuthError } from "./auth-error.ts";
import type { Clock, Moment } from "./clock.ts";
import { type Credential, noCredential } from "./credential.ts";
import type { ClientEnv } from "./env.ts";
import { type Grant, isNewer, type Lineage } from "./lineage.ts";
import type { SessionStore } from "./session-store.ts";
import type { EndReason } from "./state.ts";
import type { StateStore } from "./state-store.ts";
import type { TabMessage, Tabs } from "./tab-channel.ts";
import type { RefreshAnswer } from "./wire.ts";

export type Emit = <Name extends keyof AuthEvents>(name: Name, event: AuthEvents[Name]) => void;

export interface SessionDeps {
  readonly attempts: AttemptKeys;
  readonly clock: Clock;
  readonly credential: Credential;
  readonly emit: Emit;
  readonly env: Pick<ClientEnv, "random">;
  readonly state: StateStore;
  readonly store: SessionStore;
  readonly tabs: Tabs;
  /** A token came for a session that is over: the server does not know yet. */
  readonly onDiscard: (token: string) => void;
  /** Called in the turn in which a token came or the session ended. */
  readonly onChange: () => void;
}

/** How an answer was asked for. */
export interface Asked {
  readonly sent: Moment;
  /** The account that was asked for, where one was. */
  readonly account?: string | undefined;
  /** Asked again and again: it counts, whatever is stored. */
  readonly isLast?: boolean;
}

/** What this tab knows of the session, and the state it shows for it. */
export interface Session {
  /** The token in hand, for that account or for the one the person acts for. It may have run out. */
  tokenFor(account?: string): AccessToken | null;
  readonly isOver: () => boolean;
  /** Where the last one stood that was over: another tab that does not know yet may go on storing it. */
  readonly denied: () => Lineage | null;
  /** What stands in the way of a fresh token. */
  readonly trouble: () => AuthError | null;
  /**
   * Takes an answer over, unless what is stored is newer: false, for then there is something newer to be had.
   *
   * @throws AuthError `login_required` when the session is over
   */
  commit(answer: RefreshAnswer, asked: Asked): boolean;
  /** Begins the session that a person has just signed in to, whatever was before. */
  enter(answer: RefreshAnswer, asked: Asked): void;
  /** Takes over what another tab tells. */
  hear(message: Extract<TabMessage, { type: "token" | "ended" }>): void;
  /** Tells the other tabs the token in hand. */
  tell(): void;
  /** It is over: this one, and none that another tab began since. */
  end(reason: EndReason, by: AuthEvents["ended"]["by"], over?: Grant | null): void;
  /** Nobody is signed in, nor with this one. What has ended stays so: it says why. */
  forget(over: Grant | null): void;
  fail(error: AuthError): void;
  /** Looks into storage for what other tabs did. */
  sync(): void;
  /** Shows what time has done to the token. */
  show(): void;
}

export function createSession(deps: SessionDeps): Session {
  const { attempts, clock, credential, emit, state, store, tabs, onChange } = deps;
  /** Tokens for other accounts than the person's, each for who asked for it. */
  const aside = new Map<string, AccessToken>();
  let current: AccessToken | null = null;
  let lineage: Lineage | null = store.read();
  let trouble: AuthError | null = null;
  let denied: Lineage | null = null;

  const isOver = () => ["anonymous", "ended", "disposed"].includes(state.get().status);

  function hold(token: AccessToken, from: "server" | "tab"): void {
    const { sid, grant, generation, user } = token;
    if (grant !== lineage?.grant) aside.clear();
    current = lineage = token;
    trouble = null;
    state.set("active", { sid, user });
    onChange();
    emit("token", { sid, generation, from });
  }

  function tell(): void {
    if (current && remainingOf(current, clock) > 0) {
      tabs.post({ type: "token", token: current, age: clock.elapsed(current.born) });
    }
  }

  function commit(answer: RefreshAnswer, { sent, account, isLast }: Asked): boolean {
    const token = createAccessToken(answer, sent, account, deps.env.random());
    const { sid, grant, generation } = token;
    if (store.endOf(token)) {
      deps.onDiscard(answer.refresh_token ?? answer.access_token);
      throw noCredential();
    }
    const stored = store.read();
    if (isNewer(stored, token) && !isLast) return false;
    const before = stored?.grant === grant ? stored : null;
    // The server goes on in the account it was last asked for. So once there was a choice it is always told.
    const here = before?.account ?? (account && (current?.user.accountId ?? undefined));
    const refreshToken = credential.isInRecord ? (answer.refresh_token ?? before?.refreshToken) : undefined;
    store.write({ sid, grant, generation, account: here, refreshToken });
    if (account && here && account !== here) {
      aside.set(account, token);
      onChange();
    } else {
      hold(token, "server");
      tell();
    }
    return true;
  }

  function hearToken({ token: told, age }: Extract<TabMessage, { type: "token" }>): void {
    const { wall, monotonic } = clock.now();
    const token = { ...told, born: { wall: wall - age, monotonic: monotonic - age } };
    const isFresher = !isNewer(current, token) && (!current || remainingOf(token, clock) > remainingOf(current, clock));
    if (store.endOf(token) || !(isFresher || isNewer(token, current))) return;
    const { sid, grant, generation } = token;
    // In the other modes the teller has stored it, with the refresh token.
    if (credential.isCookie && isNewer(token, store.read())) store.write({ sid, grant, generation });
    hold(token, "tab");
  }

  function end(reason: EndReason, by: AuthEvents["ended"]["by"], over: Grant | null = lineage): void {
    if (over && (current?.grant ?? "") > over.grant) return;
    const { sid = null, grant = "" } = over ?? {};
    // A cookie that is not sent now may be sent again. Buried before it is cleared: nobody is to find neither.
    if (over && reason !== "login_required" && !store.endOf(over)) store.bury(over, reason);
    if (sid && by !== "tab") tabs.post({ type: "ended", sid, grant, reason });
    if (release(over)) credential.drop?.();
    state.set("ended", { sid, reason });
    onChange();
    emit("ended", { sid, reason, by });
  }

  /** Lets go of it. Answers whether nothing newer is stored. */
  function release(over: Grant | null): boolean {
    const stored = store.read();
    const isNewest = !stored || (over !== null && stored.grant <= over.grant);
    if (isNewest) {
      denied = stored ?? denied;
      store.clear();
      attempts.clear();
    }
    aside.clear();
    current = lineage = trouble = null;
    return isNewest;
  }

  function show(): void {
    const holding = current ?? store.read();
    if (isOver() || !trouble || !holding) return;
    const isUsable = current && remainingOf(current, clock) > 0;
    state.set(isUsable ? "degraded" : "stale", { sid: holding.sid, user: current?.user ?? null });
  }

  return {
    tokenFor: (account) =>
      account === undefined || account === current?.user.accountId ? current : (aside.get(account) ?? null),
    isOver,
    denied: () => denied,
    trouble: () => trouble,
    commit,
    enter(answer, asked) {
      release(store.read());
      store.unbury(answer.sid);
      commit(answer, asked);
    },
    hear(message) {
      if (message.type === "token") hearToken(message);
      else if (lineage?.sid === message.sid && !isOver()) end(message.reason, "tab", message);
    },
    tell,
    end,
    forget(over) {
      release(over);
      if (state.get().status !== "ended") state.set("anonymous");
      onChange();
    },
    fail(error) {
      trouble = error;
      show();
    },
    sync() {
      const reason = lineage && store.endOf(lineage);
      if (reason && !isOver()) return end(reason, "tab", lineage);
      // Somebody has signed in anew elsewhere: what is in hand is not theirs.
      if (current && (store.read()?.grant ?? "") > current.grant) current = null;
    },
    show,
  };
}
