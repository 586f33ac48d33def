import type { EndReason } from "@holdfast/client";
import type { TokenError, Verifier } from "@holdfast/verify";
import type { Emit } from "../settings/events.ts";
import type { ServerClock } from "../wire/server-clock.ts";
import type { Session } from "./session.ts";

/**
 * How a request stands. The states of `@holdfast/client`: `stale` is signed in, with an access token that ran out and
 * a Holdfast that cannot be reached for the next.
 */
export type Standing =
  | { readonly status: "anonymous" }
  | { readonly status: "ended"; readonly sid: string; readonly reason: EndReason }
  | { readonly status: "active" | "degraded" | "stale"; readonly session: Session };

/** What is to be done about a session. */
export interface Judgement {
  /** `revoked`: Holdfast has said so; its refusal is still to be had, with the reason. */
  readonly token: "usable" | "unusable" | "revoked";
  /** Whether it is time for the next generation. */
  readonly isDue: boolean;
}

export type Judge = (session: Session) => Promise<Judgement>;

/** A token must live on for as long as a request that uses it may take. */
const leastRemainingMs = 10_000;
const dueAt = 0.75;
/** A token that is refused as soon as it was issued will not get better by being replaced. */
const tooYoungToReplaceMs = 60_000;

/** Judges sessions by Holdfast's clock, and by what its feed says of them. */
export function createJudge(deps: {
  readonly verifier: Pick<Verifier, "verify">;
  readonly serverClock: ServerClock;
  readonly emit: Emit;
}): Judge {
  const { verifier, serverClock, emit } = deps;
  return async ({ accessToken, issuedAt, lifetimeMs }) => {
    const ageMs = Math.max(serverClock.now() - issuedAt, 0);
    // A token that lives for seconds only must be good for something too.
    const remainingNeeded = Math.min(leastRemainingMs, lifetimeMs * 0.1);
    if (ageMs >= lifetimeMs - remainingNeeded) return { token: "unusable", isDue: true };
    const isDue = ageMs >= lifetimeMs * dueAt;
    try {
      await verifier.verify(accessToken);
    } catch (error) {
      if (!isTokenError(error)) throw error;
      if (error.code === "token_revoked") return { token: "revoked", isDue: true };
      // No keys, no feed: an outage of Holdfast's is not an invalid token. The cookie vouches for it.
      if (error.status === 503) return { token: "usable", isDue };
      if (error.code === "token_outdated" || ageMs >= tooYoungToReplaceMs) return { token: "unusable", isDue: true };
      emit({ type: "config_error", code: error.code, detail: `A new access token is refused. ${error.message}` });
      return { token: "unusable", isDue: false };
    }
    return { token: "usable", isDue };
  };
}

/** By its name: the verifier is one for the whole process, and may come from another bundle's copy of the class. */
function isTokenError(error: unknown): error is TokenError {
  return error instanceof Error && error.name === "TokenError";
}
