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
} as const satisfies Record<string, Rate>;

// Whoever has more addresses than this is not stopped by counting them; the memory must not be theirs as well.
const maximumCallers = 10_000;
// As long as a name that there can be. What a stranger calls themselves may be as long as a header.
const longestDetail = 64;

/** One limit. A caller of null cannot be told from others and has none. */
export interface RateLimiter {
  /** Takes one from what the caller has left. @throws AppError `rate_limited` */
  take(caller: string | null): void;
  /** Does the work of a caller who has one left, and takes it if the work is refused. @throws AppError `rate_limited` */
  takeIfRefused<Result>(caller: string | null, work: () => Promise<Result>): Promise<Result>;
}

interface RateLimiterDeps {
  readonly rate: Rate;
  readonly clock: Clock;
  readonly onRefused: () => void;
}

/** Makes a limit: a bucket of tokens for each caller, on this node and in memory. */
export function createRateLimiter({ rate, clock, onRefused }: RateLimiterDeps): RateLimiter {
  // In the order in which they were last taken from.
  const buckets = new Map<string, { readonly left: number; readonly at: number }>();
  const perSecond = rate.perMinute / 60;

  function leftOf(caller: string): number {
    const bucket = buckets.get(caller);
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
    buckets.delete(caller);
    buckets.set(caller, { left, at: clock.now() });
    const [oldest] = buckets.keys();
    if (buckets.size > maximumCallers && oldest !== undefined) buckets.delete(oldest);
  }

  return {
    take(caller) {
      if (caller === null) return;
      assertLeft(caller);
      charge(caller);
    },
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
  };
}

export interface RateLimitsDeps {
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** In development this very machine has no limits: tests and load come from it. */
  readonly mode: Mode;
}

/** Every limit of an instance. */
export interface RateLimits {
  readonly signin: RateLimiter;
  readonly redeemFailure: RateLimiter;
  readonly refreshFailure: RateLimiter;
  readonly clientFailure: RateLimiter;
  readonly serviceFailure: RateLimiter;
  /** Who asks: their network, and what else tells them apart. Null for who has no limits, or whose address is unknown. */
  callerOf(context: HttpContext, ...detail: readonly string[]): string | null;
}

export function createRateLimits({ clock, metrics, mode }: RateLimitsDeps): RateLimits {
  const refused = metrics.counter("holdfast_rate_limited_total", "Requests that were answered 429, by limit.", [
    "limit",
  ]);
  const limiterOf = (limit: keyof typeof rates) =>
    createRateLimiter({ rate: rates[limit], clock, onRefused: () => refused.inc({ limit }) });

  return {
    signin: limiterOf("signin"),
    redeemFailure: limiterOf("redeem_failure"),
    refreshFailure: limiterOf("refresh_failure"),
    clientFailure: limiterOf("client_failure"),
    serviceFailure: limiterOf("service_failure"),
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
