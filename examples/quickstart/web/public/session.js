// @ts-check
/**
 * The session, as this tab sees it. A small and honest client: it refreshes in time, waits out trouble, keeps tabs in
 * step, and signs nobody out by mistake. `@holdfast/client` will replace this file and the five it stands on (timing,
 * refresh-answer, issuer, attempt-key, tabs) and does more: a token kept over a reload, one cool-down for all tabs,
 * a wake detector, a sign-out that is queued while offline.
 */
import { elapsedMs, isUsable, retryDelayMs, untilDueMs } from "./timing.js";

/**
 * @typedef {import("./timing.js").Instant} Instant
 * @typedef {import("./refresh-answer.js").RefreshOutcome} RefreshOutcome
 * @typedef {import("./refresh-answer.js").Refreshed} Refreshed
 *
 * @typedef {{ jwt: string, sid: string, generation: number, lifetimeMs: number, receivedAt: Instant }} Token
 * @typedef {{ code: string, attempt: number, since: Instant, delayMs: number }} Trouble delayMs is Infinity when only a person can help
 * @typedef {"page_load" | "schedule" | "retry" | "person" | "api_refusal" | "other_tab" | "api_call"} Cause
 *
 * `degraded`: the token is good, refreshing fails for now. `stale`: it has run out, too. In both the person IS signed in.
 * @typedef {"starting" | "anonymous" | "active" | "degraded" | "stale" | "ended"} Phase
 *
 * @typedef {{
 *   phase: Phase,
 *   token: Token | null,
 *   refreshing: boolean,
 *   trouble: Trouble | null,
 *   ended: { reason: string, by: "this_tab" | "other_tab" | "server" } | null,
 * }} SessionState `token` outlives the session: the page shows that the API refuses it
 *
 * @typedef {{ type: "refreshed", cause: Cause, token: Token, tookMs: number }
 *   | { type: "trouble", cause: Cause, trouble: Trouble }
 *   | { type: "other_tab_refreshed", generation: number }
 *   | { type: "ended", reason: string, by: "this_tab" | "other_tab" | "server" }} SessionEvent
 */

/**
 * @param {{
 *   issuer: Pick<ReturnType<typeof import("./issuer.js").createIssuer>, "refresh" | "signOut">,
 *   tabs: ReturnType<typeof import("./tabs.js").createTabs>,
 *   attemptKey: ReturnType<typeof import("./attempt-key.js").createAttemptKey>,
 *   now: () => Instant,
 *   random: () => number,
 *   onChange: (state: SessionState, event?: SessionEvent) => void,
 * }} deps
 */
export function createSession({ issuer, tabs, attemptKey, now, random, onChange }) {
  /** @type {SessionState} */
  let state = { phase: "starting", token: null, refreshing: false, trouble: null, ended: null };
  /** @type {Promise<void> | null} */
  let inFlight = null;
  /** The newest generation that any tab has reported, by session. @type {Map<string, number>} */
  const newest = new Map();
  /** Sessions that are over: an answer that was still under way must not bring one back. @type {Set<string>} */
  const tombstones = new Set();

  /**
   * @param {Partial<SessionState>} change
   * @param {SessionEvent} [event]
   */
  function update(change, event) {
    state = { ...state, ...change };
    state.phase = phaseOf(state);
    onChange(state, event);
  }

  /** @param {SessionState} next @returns {Phase} */
  function phaseOf({ phase, token, trouble, ended }) {
    if (ended) return "ended";
    // Nobody knows yet: asking failed, and will be tried again.
    if (!token) return trouble ? "starting" : phase;
    if (!trouble) return "active";
    return isUsable(token, now()) ? "degraded" : "stale";
  }

  /**
   * One at a time in this tab: who comes while it is under way joins it.
   * @param {Cause} cause
   */
  function refresh(cause) {
    inFlight ??= tabs
      .oneAtATime(() => attempt(cause))
      .finally(() => {
        inFlight = null;
        update({ refreshing: false });
      });
    if (!state.refreshing) update({ refreshing: true });
    return inFlight;
  }

  /** @param {Cause} cause */
  async function attempt(cause) {
    // Another tab may have ended it while this one waited for the lock.
    if (state.ended && state.token && cause !== "other_tab") return;
    const known = knownGeneration();
    const sentAt = now();
    const key = attemptKey.begin();
    const outcome = await issuer.refresh(key);
    // After trouble the key is kept: the answer may be lost, but the refresh done.
    if (outcome.kind !== "trouble") attemptKey.finish(key);

    if (outcome.kind === "refreshed") return accept(outcome, cause, sentAt);
    if (outcome.kind === "trouble") return meetTrouble(outcome.code, retryDelay(outcome.retryAfterMs), cause);
    if (outcome.kind === "misconfigured") return meetTrouble(outcome.code, Number.POSITIVE_INFINITY, cause);
    // The refusal was for a credential that another tab replaced in the meantime: the browser holds a newer one now.
    if (knownGeneration() > known) return attempt(cause);
    refused(outcome.reason);
  }

  /**
   * @param {Refreshed} answer
   * @param {Cause} cause
   * @param {Instant} sentAt
   */
  function accept({ jwt, sid, generation, lifetimeMs }, cause, sentAt) {
    if (tombstones.has(sid)) return;
    const receivedAt = now();
    const token = { jwt, sid, generation, lifetimeMs, receivedAt };
    noteGeneration(sid, generation);
    tabs.tell({ type: "token", sid, generation });
    update(
      { phase: "active", token, trouble: null, ended: null },
      { type: "refreshed", cause, token, tookMs: elapsedMs(sentAt, receivedAt) },
    );
  }

  /** @param {string} code @param {number} delayMs @param {Cause} cause */
  function meetTrouble(code, delayMs, cause) {
    if (state.ended) return;
    const trouble = { code, attempt: (state.trouble?.attempt ?? 0) + 1, since: now(), delayMs };
    update({ trouble }, { type: "trouble", cause, trouble });
  }

  /** @param {number | undefined} retryAfterMs */
  function retryDelay(retryAfterMs) {
    return retryDelayMs({ attempt: (state.trouble?.attempt ?? 0) + 1, retryAfterMs }, random());
  }

  /** @param {string} reason */
  function refused(reason) {
    if (state.ended) return;
    if (state.token) return end(state.token.sid, reason, "server");
    // There is no session to lose: "nobody is signed in here" is simply so; anything else is worth telling.
    if (reason === "login_required") update({ phase: "anonymous", trouble: null });
    else update({ trouble: null, ended: { reason, by: "server" } }, { type: "ended", reason, by: "server" });
  }

  /** @param {string} sid @param {string} reason @param {"this_tab" | "other_tab" | "server"} by */
  function end(sid, reason, by) {
    tombstones.add(sid);
    if (by !== "other_tab") tabs.tell({ type: "ended", sid, reason });
    update({ trouble: null, ended: { reason, by } }, { type: "ended", reason, by });
  }

  const knownGeneration = () => (state.token ? (newest.get(state.token.sid) ?? 0) : 0);

  /** @param {string} sid @param {number} generation */
  function noteGeneration(sid, generation) {
    newest.set(sid, Math.max(newest.get(sid) ?? 0, generation));
  }

  tabs.listen((message) => {
    if (message.type === "ended") {
      tombstones.add(message.sid);
      if (!state.ended && state.token?.sid === message.sid) end(message.sid, message.reason, "other_tab");
      return;
    }
    if (tombstones.has(message.sid)) return;
    noteGeneration(message.sid, message.generation);
    const mine = state.token?.sid === message.sid && !state.ended;
    if (mine) update({}, { type: "other_tab_refreshed", generation: message.generation });
    // Somebody signed in over there: the cookies are this tab's, too.
    else void refresh("other_tab");
  });

  /** Does what is due. Called every second, so that no timer has to survive a night's sleep. */
  function evaluate() {
    if (inFlight || state.ended || state.phase === "anonymous") return;
    if (state.trouble) {
      if (elapsedMs(state.trouble.since, now()) >= state.trouble.delayMs) void refresh("retry");
      else if (phaseOf(state) !== state.phase) update({});
    } else if (!state.token) void refresh("page_load");
    else if (untilDueMs(state.token, now()) === 0) void refresh("schedule");
  }

  /** The network is back, or the page is looked at again: whatever was put off is tried now. */
  function wake() {
    if (state.trouble && Number.isFinite(state.trouble.delayMs))
      update({ trouble: { ...state.trouble, attempt: 0, delayMs: 0 } });
  }

  /**
   * A token that a request can carry, refreshed first if need be.
   * @param {{ notToken?: string }} [options] notToken: one that an API has just refused
   * @returns {Promise<Token | null>} null when there is none to be had now; `phase` says why
   */
  async function usableToken({ notToken } = {}) {
    const good = () => {
      const { token, ended } = state;
      return token && !ended && token.jwt !== notToken && isUsable(token, now()) ? token : null;
    };
    if (good() || state.ended || state.phase === "anonymous") return good();
    await refresh(notToken === undefined ? "api_call" : "api_refusal");
    return good();
  }

  /** @returns {Promise<boolean>} false when the server could not be told: then the person is still signed in, and knows */
  async function signOut() {
    if (!state.token || state.ended) return true;
    const { sid } = state.token;
    const done = await issuer.signOut();
    if (done && !tombstones.has(sid)) end(sid, "signed_out", "this_tab");
    return done;
  }

  return { refresh, evaluate, wake, usableToken, signOut, state: () => state };
}
