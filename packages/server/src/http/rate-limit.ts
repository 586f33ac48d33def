import type { MiddlewareHandler } from "hono";
import type { Clock } from "../clock/clock.ts";
import type { Mode } from "../config/index.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { AppError } from "./app-error.ts";
import type { HttpContext, HttpEnvironment } from "./context.ts";
import { isLoopback, networkOf } from "./network.ts";

/** How often one caller may: this many at once, and this many a minute after that. */
export interface Rate {
  readonly burst: number;
  readonly perMinute: number;
}

// Generous: an office has one address, and behind a proxy that is not trusted everybody has. They keep one caller from
// filling the database, not people from signing in.
const rates = {
  /** Steps of a sign-in; it has two to four. */
  signin: { burst: 60, perMinute: 120 },
  /** Codes that were refused, for each client. */
  redeem_failure: { burst: 60, perMinute: 120 },
  /** Refresh tokens that were refused, for each grant: nobody's refusals stop another's refresh. */
  refresh_failure: { burst: 60, perMinute: 120 },
  /** Clients that did not prove who they are, where that is all there is to guess. */
  client_failure: { burst: 60, perMinute: 120 },
  /** Services that did not prove who they are. */
  service_failure: { burst: 60, perMinute: 120 },
  /** Sign-outs with cookies of no session: whoever brings more loses their precedence, and nothing else. */
  unknown_session: { burst: 60, perMinute: 120 },
} as const satisfies Record<string, Rate>;

// Whoever has more addresses than this is not stopped by counting them; the memory must not be theirs as well.
const maximumCallers = 10_000;
// Of what may be done steadily, this much may be saved up.
const savedMinutes = 2;
// As long as a name that there can be. What a stranger calls themselves may be as long as a header.
const longestDetail = 64;

/** One limit. A caller of null cannot be told from others and has none. */
export interface RateLimiter {
  /** Takes one from what the caller has left. @throws AppError `rate_limited` */
  take(caller: string | null): void;
  /** Whether the caller has one left. */
  hasLeft(caller: string | null): boolean;
  /** Does the work of a caller who has one left, and takes it if the work is refused. @throws AppError `rate_limited` */
  takeIfRefused<Result>(caller: string | null, work: () => Promise<Result>): Promise<Result>;
  /** Does the work of a caller who has one left, and takes it if the work succeeds. @throws AppError `rate_limited` */
  takeIfDone<Result>(caller: string | null, work: () => Promise<Result>): Promise<Result>;
}

interface Bucket {
  readonly left: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

interface RateLimiterDeps {
  readonly rate: Rate;
  readonly clock: Clock;
  readonly onRefused: () => void;
}

/** Makes a limit: a bucket of tokens for each caller, on this node and in memory. */
export function createRateLimiter({ rate, clock, onRefused }: RateLimiterDeps): RateLimiter {
  // In two halves: those that were taken from lately, and those from before. Nothing has to be kept in order.
  let young = new Map<string, Bucket>();
  let old = new Map<string, Bucket>();
  const perSecond = rate.perMinute / 60;

  function leftOf(caller: string): number {
    const bucket = young.get(caller) ?? old.get(caller);
    if (!bucket) return rate.burst;
    const seconds = (clock.now() - bucket.at) / 1000;
    // A clock that was set back says nothing of how long ago it was.
    return seconds < 0 ? rate.burst : Math.min(rate.burst, bucket.left + seconds * perSecond);
  }

  function assertLeft(caller: string): void {
    const missing = 1 - leftOf(caller);
    if (missing <= 0) return;
    onRefused();
    throw new AppError("rate_limited", undefined, { retryAfterSeconds: Math.ceil(missing / perSecond) });
  }

  function charge(caller: string): void {
    // Of many at once, more may be under way than are left.
    const left = Math.max(0, leftOf(caller) - 1);
    if (young.size >= maximumCallers / 2 && !young.has(caller)) {
      old = young;
      young = new Map();
    }
    young.set(caller, { left, at: clock.now() });
  }

  return {
    take(caller) {
      if (caller === null) return;
      assertLeft(caller);
      charge(caller);
    },
    hasLeft: (caller) => caller === null || leftOf(caller) >= 1,
    async takeIfRefused(caller, work) {
      if (caller === null) return work();
      assertLeft(caller);
      try {
        return await work();
      } catch (error) {
        // Trouble of ours is not the caller's.
        if (error instanceof AppError && error.status < 500) charge(caller);
        throw error;
      }
    },
    async takeIfDone(caller, work) {
      if (caller === null) return work();
      assertLeft(caller);
      const result = await work();
      charge(caller);
      return result;
    },
  };
}

export interface RateLimitsDeps {
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** In development this very machine has no limits: tests and load come from it. */
  readonly mode: Mode;
  readonly settings: {
    /** Of one grant. */
    readonly refreshesPerMinute: number;
  };
}

/** Every limit of an instance. */
export interface RateLimits {
  readonly signin: RateLimiter;
  readonly redeemFailure: RateLimiter;
  /** Refreshes that went well, for each grant: a client in a loop must not take what others need. */
  readonly refresh: RateLimiter;
  readonly refreshFailure: RateLimiter;
  readonly clientFailure: RateLimiter;
  readonly serviceFailure: RateLimiter;
  readonly unknownSession: RateLimiter;
  /** Who asks: their network, and what else tells them apart. Null for who has no limits, or whose address is unknown. */
  callerOf(context: HttpContext, ...detail: readonly string[]): string | null;
}

export function createRateLimits({ clock, metrics, mode, settings }: RateLimitsDeps): RateLimits {
  const refused = metrics.counter("holdfast_rate_limited_total", "Requests that were answered 429, by limit.", [
    "limit",
  ]);
  const limiterWith = (limit: string, rate: Rate) =>
    createRateLimiter({ rate, clock, onRefused: () => refused.inc({ limit }) });
  const limiterOf = (limit: keyof typeof rates) => limiterWith(limit, rates[limit]);
  const perMinute = settings.refreshesPerMinute;

  return {
    signin: limiterOf("signin"),
    redeemFailure: limiterOf("redeem_failure"),
    refresh: limiterWith("refresh", { perMinute, burst: perMinute * savedMinutes }),
    refreshFailure: limiterOf("refresh_failure"),
    clientFailure: limiterOf("client_failure"),
    serviceFailure: limiterOf("service_failure"),
    unknownSession: limiterOf("unknown_session"),
    callerOf(context, ...detail) {
      const { address } = context.get("source");
      if (address === null || (mode === "development" && isLoopback(address))) return null;
      return [networkOf(address), ...detail.map((each) => each.slice(0, longestDetail))].join(" ");
    },
  };
}

/** Takes one of the caller's sign-in steps for each request. */
export function limitSignins({ signin, callerOf }: RateLimits): MiddlewareHandler<HttpEnvironment> {
  return async (context, next) => {
    signin.take(callerOf(context));
    await next();
  };
}
