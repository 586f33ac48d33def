import type { Emit } from "./events.ts";
import type { Fetch } from "./fetch-json.ts";
import { isIssuer } from "./issuer-url.ts";
import { type SignatureAlgorithm, signatureAlgorithms } from "./signature.ts";
import { type Clock, runtimeTimers, systemClock, type Timers } from "./timers.ts";

/** What to do when revocations have not arrived for a while. */
export type OnFeedLost = "keep" | { readonly refuseAfterSeconds: number };

export interface VerifierOptions {
  /** The Holdfast instance, exactly as in its tokens' `iss`. Plain http only for this very machine. */
  readonly issuer: string;
  /** This service, as in the tokens' `aud`; any one of a list will do. */
  readonly audience: string | readonly string[];
  /** Default: `["ES256", "RS256", "EdDSA"]`. */
  readonly algorithms?: readonly SignatureAlgorithm[];
  /** How far `exp`, `iat` and `nbf` may lie beyond this machine's clock. Seconds, 0–300; default 5. */
  readonly clockToleranceSeconds?: number;
  /** `follow` (default): refuse revoked sessions as soon as the feed tells. `off`: a token is good until its `exp`. */
  readonly feed?: "follow" | "off";
  /**
   * `keep` (default): while the feed is lost, go on with the revocations known so far; an outage of the issuer refuses
   * nobody. `{ refuseAfterSeconds }`: from then on refuse every token with `feed_lost` (503).
   */
  readonly onFeedLost?: OnFeedLost;
  /**
   * Tokens found good are remembered, so that their signatures need not be checked again: `maxEntries` of them, 2 to
   * 1,000,000, default 10,000. One of usual length takes about 2 KB; one of more than 1,024 characters counts for more.
   * `false`: every signature is checked every time.
   */
  readonly cache?: { readonly maxEntries: number } | false;
  /** Told what happens: for logs and metrics. What it throws is swallowed. */
  readonly onEvent?: Emit;
  /** Default: the runtime's. */
  readonly fetch?: Fetch;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Default: the runtime's, which never keep a process alive. */
  readonly timers?: Timers;
}

/** The options with their defaults. */
export interface Settings {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly algorithms: readonly SignatureAlgorithm[];
  readonly clockToleranceSeconds: number;
  readonly followsFeed: boolean;
  /** Milliseconds; infinite for `keep`. */
  readonly refuseAfterMs: number;
  /** 0 for no cache. */
  readonly maxCachedTokens: number;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly timers: Timers;
}

/**
 * Checks the options and fills in the defaults.
 *
 * @throws TypeError that lists everything that is wrong
 */
export function parseOptions(options: VerifierOptions): Settings {
  const audience = typeof options.audience === "string" ? [options.audience] : (options.audience ?? []);
  const algorithms = options.algorithms ?? (["ES256", "RS256", "EdDSA"] as const);
  const clockToleranceSeconds = options.clockToleranceSeconds ?? 5;
  const feed = options.feed ?? "follow";
  const onFeedLost = options.onFeedLost ?? "keep";
  const refuseAfterSeconds = onFeedLost === "keep" ? Number.POSITIVE_INFINITY : onFeedLost.refuseAfterSeconds;
  const cache = options.cache ?? { maxEntries: 10_000 };

  const problems = [
    typeof options.issuer === "string" && isIssuer(options.issuer)
      ? ""
      : "issuer: an https address without query or fragment (http only on localhost)",
    audience.length > 0 && audience.every((one) => typeof one === "string" && one !== "")
      ? ""
      : "audience: at least one, none empty",
    algorithms.length > 0 && algorithms.every((one) => signatureAlgorithms.includes(one))
      ? ""
      : `algorithms: at least one, each of ${signatureAlgorithms.join(", ")}`,
    clockToleranceSeconds >= 0 && clockToleranceSeconds <= 300 ? "" : "clockToleranceSeconds: 0 to 300",
    feed === "follow" || feed === "off" ? "" : "feed: follow or off",
    refuseAfterSeconds >= 0 ? "" : "onFeedLost: keep, or { refuseAfterSeconds } of 0 or more",
    // Refusing for the loss of what is not followed cannot be meant.
    feed === "off" && onFeedLost !== "keep" ? "onFeedLost: needs the feed to be followed" : "",
    cache === false || isCacheSize(cache.maxEntries) ? "" : "cache: false, or { maxEntries } of 2 to 1000000",
  ].filter(Boolean);
  if (problems.length > 0) throw new TypeError(`createVerifier: ${problems.join("; ")}`);

  return {
    issuer: options.issuer,
    audience,
    algorithms,
    clockToleranceSeconds,
    followsFeed: feed === "follow",
    refuseAfterMs: refuseAfterSeconds * 1000,
    maxCachedTokens: cache === false ? 0 : cache.maxEntries,
    // Looked up at each call, and called without a receiver: some runtimes accept no other.
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    clock: options.clock ?? systemClock,
    timers: options.timers ?? runtimeTimers,
  };
}

function isCacheSize(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 2 && Number(value) <= 1_000_000;
}
