import type { ServiceCredentials } from "./credentials.ts";
import type { Fetch } from "./fetch-json.ts";
import { isIssuer } from "./issuer-url.ts";
import { type SignatureAlgorithm, signatureAlgorithms } from "./signature.ts";
import { type Clock, runtimeTimers, systemClock, type Timers } from "./timers.ts";

/**
 * What to do when revocations have not arrived for a while.
 *
 * - `"keep"`: go on with the revocations known so far.
 * - `{ introspectAfterSeconds }`: from then on ask the issuer about each token (RFC 7662), at most every 5 seconds. When
 *   it does not answer either, `ifUnreachable`: `"keep"` (default) or `"refuse"`, with `feed_lost` (503).
 * - `{ refuseAfterSeconds }`: from then on refuse every token with `feed_lost` (503).
 */
export type OnFeedLost =
  | "keep"
  | { readonly introspectAfterSeconds: number; readonly ifUnreachable?: "keep" | "refuse" }
  | { readonly refuseAfterSeconds: number };

export interface VerifierOptions {
  /** The Holdfast instance, exactly as in its tokens' `iss`. Plain http only for this very machine. */
  readonly issuer: string;
  /** This service, as in the tokens' `aud`; any one of a list will do. */
  readonly audience: string | readonly string[];
  /**
   * This service's own origin as its callers write it, such as `https://api.example.com`: a proof of possession (DPoP) must
   * name it. Default: the request's, as the runtime or the framework tells it. Set it behind a proxy that ends TLS or
   * changes the host, and where several services have one audience.
   */
  readonly origin?: string;
  /** Who this service is to the issuer: a confidential client. Sent to its feed, its introspection and its usage. */
  readonly credentials?: ServiceCredentials;
  /** Default: `["ES256", "RS256", "EdDSA"]`. */
  readonly algorithms?: readonly SignatureAlgorithm[];
  /** How far `exp` and `nbf` may lie beyond this machine's clock. Seconds, 0–300; default 5. `iat` may by ten minutes. */
  readonly clockToleranceSeconds?: number;
  /** `follow` (default): refuse revoked sessions as soon as the feed tells. `off`: a token is good until its `exp`. */
  readonly feed?: "follow" | "off";
  /** Default: `keep`; an outage of the issuer refuses nobody. */
  readonly onFeedLost?: OnFeedLost;
  /**
   * What becomes of a token issued before its session's, user's or account's claims (role, plan …) changed. `keep`
   * (default): it is good until its `exp`. `refuse`: with `token_outdated` (401), so that its client gets a fresh one.
   */
  readonly onClaimsChanged?: "keep" | "refuse";
  /**
   * Reports to the issuer how many tokens were accepted and refused, by client and code; needs `credentials`.
   * `everySeconds`: about so often, 10 to 3,600, default 60. Default: `false`.
   */
  readonly reportUsage?: boolean | { readonly everySeconds: number };
  /**
   * Tokens found good are remembered, so that their signatures need not be checked again: `maxEntries` of them, 2 to
   * 1,000,000, default 10,000. One of usual length takes about 2 KB; one of more than 1,024 characters counts for more.
   * `false`: every signature is checked every time.
   */
  readonly cache?: { readonly maxEntries: number } | false;
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
  readonly origin: string | undefined;
  readonly credentials: ServiceCredentials | undefined;
  readonly algorithms: readonly SignatureAlgorithm[];
  readonly clockToleranceSeconds: number;
  readonly followsFeed: boolean;
  readonly onFeedLost: {
    readonly action: "keep" | "introspect" | "refuse";
    /** Milliseconds; infinite for `keep`. */
    readonly afterMs: number;
    readonly ifUnreachable: "keep" | "refuse";
  };
  readonly refusesOutdated: boolean;
  /** Milliseconds; undefined for no reports. */
  readonly reportUsageEveryMs: number | undefined;
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
  const {
    onFeedLost = "keep",
    onClaimsChanged = "keep",
    cache = { maxEntries: 10_000 },
    reportUsage = false,
  } = options;
  const settings: Settings = {
    issuer: options.issuer,
    audience: typeof options.audience === "string" ? [options.audience] : (options.audience ?? []),
    origin: options.origin,
    credentials: options.credentials,
    algorithms: options.algorithms ?? ["ES256", "RS256", "EdDSA"],
    clockToleranceSeconds: options.clockToleranceSeconds ?? 5,
    followsFeed: (options.feed ?? "follow") === "follow",
    onFeedLost: readOnFeedLost(onFeedLost),
    refusesOutdated: onClaimsChanged === "refuse",
    reportUsageEveryMs: readReportInterval(reportUsage),
    maxCachedTokens: cache === false ? 0 : cache.maxEntries,
    // Looked up at each call, and called without a receiver: some runtimes accept no other.
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    clock: options.clock ?? systemClock,
    timers: options.timers ?? runtimeTimers,
  };
  const problems = [...findProblems(options, settings), ...findContradictions(settings)];
  if (problems.length > 0) throw new TypeError(`createVerifier: ${problems.join("; ")}`);
  return settings;
}

function readOnFeedLost(onFeedLost: OnFeedLost): Settings["onFeedLost"] {
  if (onFeedLost === "keep") return { action: "keep", afterMs: Number.POSITIVE_INFINITY, ifUnreachable: "keep" };
  if (typeof onFeedLost !== "object" || onFeedLost === null)
    return { action: "keep", afterMs: Number.NaN, ifUnreachable: "keep" };
  if ("introspectAfterSeconds" in onFeedLost) {
    const { introspectAfterSeconds, ifUnreachable = "keep" } = onFeedLost;
    return { action: "introspect", afterMs: introspectAfterSeconds * 1000, ifUnreachable };
  }
  return { action: "refuse", afterMs: onFeedLost.refuseAfterSeconds * 1000, ifUnreachable: "refuse" };
}

function readReportInterval(reportUsage: NonNullable<VerifierOptions["reportUsage"]>): number | undefined {
  if (reportUsage === false) return undefined;
  return (reportUsage === true ? 60 : reportUsage.everySeconds) * 1000;
}

/** What is wrong with one option by itself. */
function findProblems(options: VerifierOptions, settings: Settings): readonly string[] {
  const { audience, algorithms, clockToleranceSeconds, onFeedLost, reportUsageEveryMs = 60_000 } = settings;
  const expectations: readonly [boolean, string][] = [
    [
      typeof options.issuer === "string" && isIssuer(options.issuer),
      "issuer: an https address without query or fragment (http only on localhost)",
    ],
    [audience.length > 0 && audience.every(isText), "audience: at least one, none empty"],
    [
      options.origin === undefined || isOrigin(options.origin),
      "origin: scheme, host and port, as in https://api.example.com",
    ],
    [
      options.credentials === undefined || (isText(options.credentials?.id) && isText(options.credentials?.secret)),
      "credentials: { id, secret }, neither empty",
    ],
    [
      algorithms.length > 0 && algorithms.every((one) => signatureAlgorithms.includes(one)),
      `algorithms: at least one, each of ${signatureAlgorithms.join(", ")}`,
    ],
    [clockToleranceSeconds >= 0 && clockToleranceSeconds <= 300, "clockToleranceSeconds: 0 to 300"],
    [isOneOf(options.feed, ["follow", "off"]), "feed: follow or off"],
    [
      onFeedLost.afterMs >= 0 && isOneOf(onFeedLost.ifUnreachable, ["keep", "refuse"]),
      "onFeedLost: keep, { introspectAfterSeconds, ifUnreachable: keep or refuse } or { refuseAfterSeconds } of 0 or more",
    ],
    [isOneOf(options.onClaimsChanged, ["keep", "refuse"]), "onClaimsChanged: keep or refuse"],
    [
      reportUsageEveryMs >= 10_000 && reportUsageEveryMs <= 3_600_000,
      "reportUsage: true, false or { everySeconds } of 10 to 3600",
    ],
    [
      options.cache === undefined || options.cache === false || isCacheSize(options.cache.maxEntries),
      "cache: false, or { maxEntries } of 2 to 1000000",
    ],
  ];
  return expectations.filter(([isMet]) => !isMet).map(([, problem]) => problem);
}

/** What cannot be meant together. */
function findContradictions({ credentials, followsFeed, ...settings }: Settings): readonly string[] {
  const { action } = settings.onFeedLost;
  return [
    !followsFeed && action !== "keep" ? "onFeedLost: needs the feed to be followed" : "",
    !followsFeed && settings.refusesOutdated ? "onClaimsChanged: needs the feed to be followed" : "",
    action === "introspect" && !credentials ? "onFeedLost: to introspect needs credentials" : "",
    settings.reportUsageEveryMs !== undefined && !credentials ? "reportUsage: needs credentials" : "",
  ].filter(Boolean);
}

function isOrigin(value: unknown): boolean {
  const address = typeof value === "string" ? URL.parse(value) : null;
  return address !== null && /^https?:$/.test(address.protocol) && address.origin === value;
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

function isOneOf(value: unknown, names: readonly string[]): boolean {
  return value === undefined || names.some((name) => name === value);
}

function isCacheSize(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 2 && Number(value) <= 1_000_000;
}
