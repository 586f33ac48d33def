import type { GetTokenOptions } from "../auth-client.ts";
import { AuthError } from "../auth-error.ts";
import type { Clock, Moment } from "../clock.ts";
import type { Milliseconds } from "../env.ts";
import { defaultMinRemaining, dueAge, usableFor } from "../schedule.ts";
import { createServiceBackoff } from "./service-backoff.ts";
import type { ServiceEnv } from "./service-env.ts";
import { pause, waitFor } from "./waiting.ts";

/** An access token in hand. */
export interface HeldToken {
  readonly value: string;
  /** When it was asked for: it lives from some moment after that. */
  readonly since: Moment;
  readonly lifetimeMs: Milliseconds;
}

/** Which token is wanted: see `GetTokenOptions`. */
export type TokenWish = Omit<GetTokenOptions, "account">;

export interface TokenKeeperDeps {
  readonly env: ServiceEnv;
  readonly clock: Clock;
  /**
   * Gets the next token; never called while a call is under way. Null: there is no session.
   *
   * @param unwanted a token that would not do, though it may look usable
   * @param signal aborted by `close`
   */
  readonly obtain: (unwanted: string | null, signal: AbortSignal) => Promise<HeldToken | null>;
  /** Told of every attempt that failed, also of those that nobody waited for. */
  readonly onTrouble: (trouble: AuthError) => void;
  /** Milliseconds that `getToken` waits where its caller does not say. */
  readonly maxWaitMs: Milliseconds;
}

/** One access token, kept fresh for everybody who asks. */
export interface TokenKeeper {
  /** @throws AuthError by `onTrouble`, `maxWaitMs` and `signal` */
  getToken(wish?: TokenWish): Promise<string | null>;
  /** Puts a token there that was not obtained by asking; null takes it away. */
  hold(token: HeldToken | null): void;
  /** Whether the token in hand has not run out. */
  isUsable(): boolean;
  /** Whoever waits hears `disposed`, and so does whoever asks from now on. */
  close(): void;
}

export function createTokenKeeper({ env, clock, obtain, onTrouble, maxWaitMs }: TokenKeeperDeps): TokenKeeper {
  let held: (HeldToken & { readonly dueAfterMs: Milliseconds }) | null = null;
  let inFlight: Promise<HeldToken | null> | null = null;
  const closing = new AbortController();
  const backoff = createServiceBackoff(env);
  let coolDown: { readonly since: Moment; readonly forMs: Milliseconds; readonly trouble: AuthError } | null = null;

  function hold(token: HeldToken | null): void {
    held = token && { ...token, dueAfterMs: dueAge(token.lifetimeMs, env.random()) };
  }

  function coolDownLeftMs(): Milliseconds {
    return coolDown === null ? 0 : Math.max(0, coolDown.forMs - clock.elapsed(coolDown.since));
  }

  /** One attempt for all who ask while it is under way. Within a cool-down there is none. */
  function attempt(unwanted: string | null): Promise<HeldToken | null> {
    if (inFlight) return inFlight;
    if (coolDown !== null && coolDownLeftMs() > 0) return Promise.reject(again(coolDown.trouble, coolDownLeftMs()));
    inFlight = obtain(unwanted, closing.signal)
      .then(succeeded, failed)
      .finally(() => {
        inFlight = null;
      });
    return inFlight;
  }

  function succeeded(token: HeldToken | null): HeldToken | null {
    backoff.reset();
    coolDown = null;
    hold(token);
    return token;
  }

  function failed(error: unknown): never {
    const trouble = toAuthError(error);
    if (closing.signal.aborted) throw trouble;
    coolDown = { since: clock.now(), forMs: backoff.next(trouble), trouble };
    onTrouble(trouble);
    throw trouble;
  }

  /** The token in hand, if it will do; one that is due is replaced behind the caller's back. */
  function fromHand(unwanted: string | null, minRemainingMs: Milliseconds): string | null {
    if (held === null || held.value === unwanted) return null;
    const ageMs = clock.elapsed(held.since);
    if (usableFor(held.lifetimeMs, ageMs, minRemainingMs) <= 0) return null;
    // What goes wrong is told to `onTrouble`; the token in hand is still good.
    if (ageMs >= held.dueAfterMs && inFlight === null && coolDownLeftMs() === 0) attempt(null).catch(() => undefined);
    return held.value;
  }

  async function seek(wish: TokenWish): Promise<string | null> {
    const { forceRefresh = false, notToken = null, minRemainingMs = defaultMinRemaining } = wish;
    const unwanted = forceRefresh ? (held?.value ?? null) : notToken;
    const began = clock.now();
    const atMostMs = wish.maxWaitMs ?? maxWaitMs;
    for (let last: AuthError | null = null; ; ) {
      const inHand = fromHand(unwanted, minRemainingMs);
      if (inHand !== null) return inHand;
      const signal = wish.signal ? AbortSignal.any([wish.signal, closing.signal]) : closing.signal;
      const leftMs = atMostMs - clock.elapsed(began);
      try {
        const late = () => last ?? waitedInVain(atMostMs);
        const token = await waitFor(attempt(unwanted), env, { atMostMs: leftMs, late, signal });
        return token?.value ?? null;
      } catch (error) {
        last = toAuthError(error);
        if (closing.signal.aborted) throw last;
        if (wish.signal?.aborted) throw last;
        if (wish.onTrouble === "stale-ok" && held !== null && held.value !== notToken) return held.value;
        const coolDownMs = coolDownLeftMs();
        const isTooLong = clock.elapsed(began) + coolDownMs >= atMostMs;
        if (wish.onTrouble === "throw" || last.kind !== "transient" || isTooLong) throw last;
        await pause(coolDownMs, env, signal);
      }
    }
  }

  async function getToken(wish: TokenWish = {}): Promise<string | null> {
    try {
      closing.signal.throwIfAborted();
      return await seek(wish);
    } catch (error) {
      throw closing.signal.aborted ? disposed() : error;
    }
  }

  return {
    getToken,
    hold,
    isUsable: () => held !== null && usableFor(held.lifetimeMs, clock.elapsed(held.since), 0) > 0,
    close: () => closing.abort(),
  };
}

/** The trouble of the last attempt, for somebody who came after it. */
function again(trouble: AuthError, leftMs: Milliseconds): AuthError {
  const { code, message, kind, status, requestId } = trouble;
  return new AuthError(code, message, { kind, status, requestId, retryAfterMs: Math.ceil(leftMs), cause: trouble });
}

function waitedInVain(afterMs: Milliseconds): AuthError {
  return new AuthError("request_timeout", `There was no token within ${afterMs} ms.`, { kind: "transient" });
}

function disposed(): AuthError {
  return new AuthError("disposed", "It was disposed of.", { kind: "developer" });
}

/** A supplier of secrets may throw anything. */
function toAuthError(error: unknown): AuthError {
  if (error instanceof AuthError) return error;
  return new AuthError("config_error", "What should prove the client, or keep its session, has failed.", {
    kind: "developer",
    cause: error,
  });
}
