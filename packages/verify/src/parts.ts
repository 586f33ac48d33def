import { createClaimsChanges } from "./claims-changes.ts";
import { basicAuthorization } from "./credentials.ts";
import { createDiscovery } from "./discovery.ts";
import type { Emit } from "./events.ts";
import { createFeedFollower, type FeedFollower } from "./feed-follower.ts";
import { createFetchJson } from "./fetch-json.ts";
import { createIntrospection, type Introspection } from "./introspection.ts";
import { createKeySet, type KeySet } from "./key-set.ts";
import { createLostFeed } from "./lost-feed.ts";
import type { Settings } from "./options.ts";
import { createProofCheck, type ProofCheck } from "./proof-check.ts";
import { createRevocations, type Revocations } from "./revocations.ts";
import { settleWithin } from "./timers.ts";
import { createTokenCheck, type TokenCheck } from "./token-check.ts";
import { createTokenCounter, type TokenCounter } from "./token-counts.ts";
import type { Refuse } from "./token-error.ts";
import { createUsageReporter, type UsageReporter } from "./usage-reporter.ts";

/** What a verifier is made of. */
export interface Parts {
  readonly keys: KeySet;
  readonly revocations: Revocations;
  readonly feed: FeedFollower;
  readonly tokens: TokenCheck;
  readonly checkProof: ProofCheck;
  readonly counter: TokenCounter;
  /** Undefined unless `onFeedLost` wants it. */
  readonly introspection: Introspection | undefined;
  /** Undefined unless `reportUsage` is on. */
  readonly usage: UsageReporter | undefined;
  /** Begins to follow the feed; resolves when it need not be waited for any longer. */
  readonly startFeed: () => Promise<void>;
}

interface PartsDeps {
  readonly settings: Settings;
  readonly emit: Emit;
  readonly refuse: Refuse;
}

/** How long the first verifications wait for the feed. */
const firstWaitMs = 1_000;

/** Makes the parts and joins them. Nothing is fetched yet. */
export function createParts({ settings, emit, refuse }: PartsDeps): Parts {
  const { issuer, fetch, clock, timers, credentials } = settings;
  const fetchJson = createFetchJson({ fetch, timers });
  const discovery = createDiscovery({ issuer, fetchJson, clock });
  const keys = createKeySet({ discovery, fetchJson, clock, emit, refuse });
  const counter = createTokenCounter();
  const bounds = { clock, toleranceSeconds: settings.clockToleranceSeconds };
  const revocations = createRevocations(bounds);
  const claimsChanges = settings.refusesOutdated ? createClaimsChanges(bounds) : undefined;
  const feed = createFeedFollower({
    discovery,
    fetch,
    fetchJson,
    authorization: credentials && basicAuthorization(credentials),
    clock,
    timers,
    random: Math.random,
    revocations,
    claimsChanges,
    onKeysChanged: () => void keys.reload(),
    emit,
  });
  let firstWait: Promise<void> | undefined;

  function startFeed(): Promise<void> {
    if (!settings.followsFeed) return Promise.resolve();
    feed.start();
    firstWait ??= settleWithin(feed.caughtUp, firstWaitMs, timers);
    return firstWait;
  }

  const asking = credentials && { discovery, fetchJson, credentials, clock, emit };
  const introspection = asking && settings.onFeedLost.action === "introspect" ? createIntrospection(asking) : undefined;
  const everyMs = settings.reportUsageEveryMs;
  const usage =
    asking && everyMs !== undefined
      ? createUsageReporter({ ...asking, everyMs, timers, random: Math.random })
      : undefined;
  const lostFeed = createLostFeed({ settings, feed: feed.state, introspection, refuse });
  const tokens = createTokenCheck({ settings, keys, revocations, claimsChanges, lostFeed, startFeed, counter, refuse });
  const checkProof = createProofCheck({ settings, refuse });
  return { keys, revocations, feed, tokens, checkProof, counter, introspection, usage, startFeed };
}
