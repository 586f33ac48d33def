import type { EndReason } from "@holdfast/client";
import type { Clock } from "@holdfast/verify";
import type { Emit } from "../settings/events.ts";
import type { HoldfastWire } from "../wire/holdfast-wire.ts";
import { type Trouble, troubleOf } from "../wire/trouble.ts";
import type { Session } from "./session.ts";

export type Renewal =
  | { readonly kind: "renewed"; readonly session: Session }
  | { readonly kind: "refused"; readonly reason: EndReason }
  | { readonly kind: "declined"; readonly code: "account_forbidden" }
  /** The session stands as it is. `retryInMs`: when it is worth asking again. */
  | { readonly kind: "trouble"; readonly code: string; readonly retryInMs: number };

/** The refreshes of one process. */
export interface Renewals {
  /**
   * Replaces a generation: at most one request for it is under way, and whoever comes a little later with the same cookie
   * gets what that one brought.
   *
   * @param patienceMs how long to wait for it; it goes on, and whoever comes next has its result
   * @param account the account to act for from here on; null for the one the session acts for
   */
  renew(session: Session, patienceMs: number, account: string | null): Promise<Renewal>;
  /** Tells Holdfast of a sign-out, though it was away a moment ago: a person asks. Whether it has heard. */
  revoke(refreshToken: string): Promise<boolean>;
  /** The same later, when nobody waits for it. */
  revokeLater(refreshToken: string): Promise<boolean>;
}

/** An answer is kept for those who left with the old cookie before it came. */
const rememberedMs = 30_000;
const rememberedAtMost = 1_000;
const backoffMs = { first: 1_000, longest: 30_000 };

interface Remembered {
  readonly renewal: Renewal;
  readonly until: number;
}

export function createRenewals(deps: {
  readonly wire: HoldfastWire;
  readonly clock: Clock;
  readonly emit: Emit;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
}): Renewals {
  const { wire, clock, emit, random } = deps;
  const flights = new Map<string, Promise<Renewal>>();
  const remembered = new Map<string, Remembered>();
  let pause = { until: 0, code: "network_error" };
  let failures = 0;

  function pauseLeftMs(): number {
    // A clock that was set back must not make the pause longer than any is.
    return Math.min(Math.max(pause.until - clock.now(), 0), 300_000);
  }

  function beginPause(trouble: Trouble, during: "refresh" | "revoke"): number {
    const backoff = Math.min(backoffMs.longest, backoffMs.first * 2 ** failures);
    failures += 1;
    const patience = trouble.isMistake ? backoffMs.longest : backoff * (0.5 + random() / 2);
    const retryInMs = Math.round(Math.max(trouble.retryAfterMs ?? 0, patience));
    pause = { until: clock.now() + retryInMs, code: trouble.code };
    const detail = trouble.cause instanceof Error ? trouble.cause.message : trouble.code;
    if (trouble.isMistake) emit({ type: "config_error", code: trouble.code, detail });
    emit({ type: "trouble", during, code: trouble.code, retryInMs, cause: trouble.cause });
    return retryInMs;
  }

  async function ask(session: Session, account: string | null): Promise<Renewal> {
    const outcome = await wire.refresh(session, account);
    if (outcome.kind === "trouble") return inTrouble(outcome);
    const isAnother = outcome.kind === "renewed" && outcome.session.claims.grant_id !== session.claims.grant_id;
    if (isAnother) return inTrouble(troubleOf("malformed_response", new Error("The answer is of another grant")));
    failures = 0;
    if (outcome.kind === "refused") {
      emit({ type: "session_ended", sid: session.claims.sid, reason: outcome.reason });
    }
    return outcome;
  }

  function inTrouble(trouble: Trouble): Renewal {
    return { kind: "trouble", code: trouble.code, retryInMs: beginPause(trouble, "refresh") };
  }

  function remember(name: string, renewal: Renewal): void {
    if (renewal.kind === "trouble" || renewal.kind === "declined") return;
    const now = clock.now();
    for (const [each, { until }] of remembered) {
      if (until > now && remembered.size < rememberedAtMost) break;
      remembered.delete(each);
    }
    remembered.set(name, { renewal, until: now + rememberedMs });
  }

  function begin(name: string, asked: Promise<Renewal>): Promise<Renewal> {
    const flight = asked
      .then((renewal) => {
        remember(name, renewal);
        return renewal;
      })
      .finally(() => flights.delete(name));
    flights.set(name, flight);
    return flight;
  }

  async function revoke(refreshToken: string): Promise<boolean> {
    const trouble = await wire.revoke(refreshToken);
    if (!trouble) return true;
    beginPause(trouble, "revoke");
    // What Holdfast refuses for good will not be heard later either.
    return trouble.isMistake;
  }

  return {
    async renew(session, patienceMs, account) {
      // Two cookies of one generation can differ in their attempt's key, and are then two attempts.
      const name = `${session.claims.grant_id} ${session.generation} ${session.attemptKey} ${account ?? ""}`;
      const known = remembered.get(name);
      if (known && known.until > clock.now() && known.until <= clock.now() + rememberedMs) return known.renewal;
      const flight = flights.get(name);
      const leftMs = pauseLeftMs();
      if (!flight && leftMs > 0) return { kind: "trouble", code: pause.code, retryInMs: leftMs };
      return settleWithin(flight ?? begin(name, ask(session, account)), patienceMs, {
        kind: "trouble",
        code: "request_timeout",
        retryInMs: 1_000,
      });
    },
    revoke,
    revokeLater: async (refreshToken) => pauseLeftMs() === 0 && revoke(refreshToken),
  };
}

function settleWithin<T>(promise: Promise<T>, ms: number, otherwise: T): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(otherwise), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
