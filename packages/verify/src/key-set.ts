import type { AcceptedHeader } from "./compact-jwt.ts";
import type { Discovery } from "./discovery.ts";
import type { Emit } from "./events.ts";
import type { FetchJson, JsonDocument } from "./fetch-json.ts";
import { createPause } from "./pause.ts";
import {
  findKey,
  importedKey,
  isPublished,
  isSameSet,
  type PublicKey,
  type PublishedKeys,
  parsePublishedKeys,
} from "./published-keys.ts";
import type { Clock } from "./timers.ts";
import type { Refuse } from "./token-error.ts";

/** How the issuer's keys are doing. */
export interface KeysStatus {
  /** `stale`: older than the issuer wishes, still in use, being fetched again. */
  readonly state: "none" | "fresh" | "stale";
  readonly count: number;
  /** Milliseconds since 1970-01-01T00:00:00Z; null before the first success. */
  readonly fetchedAt: number | null;
  /** Why the last attempt failed; null when it succeeded. */
  readonly lastError: string | null;
}

/** The issuer's public keys. */
export interface KeySet {
  /**
   * The key for a token's header; undefined when the issuer has none such, also after looking again.
   *
   * @throws TokenError `keys_unavailable`
   */
  find(header: AcceptedHeader): Promise<PublicKey | undefined>;
  /**
   * Whether a key found earlier would be found now.
   *
   * @param now the clock's time, which the caller has read already
   */
  holds(key: PublicKey, now: number): boolean;
  /**
   * Makes sure that there are keys, fetching them at most once.
   *
   * @throws TokenError `keys_unavailable`
   */
  prepare(): Promise<void>;
  /** Fetches again, because the keys are known to have changed. */
  reload(): Promise<void>;
  status(): KeysStatus;
}

interface Loaded {
  readonly keys: PublishedKeys;
  readonly fetchedAt: number;
  readonly freshMs: number;
}

/** Bounds on the issuer's `max-age`: too short is a storm, too long keeps a withdrawn key. */
const freshSeconds = { least: 60, most: 900, unsaid: 300 };
/** A key set is used this long after it was fetched when no newer one can be had: an outage is not an invalid token. */
const staleMs = 24 * 3_600_000;
/** Between two looks for an unknown `kid`, so that invented ones cannot make us flood the issuer. */
const unknownKidPauseMs = 30_000;
const longestRetryMs = 30_000;

/**
 * Keeps the issuer's key set (RFC 7517). A stale set is fetched again in the background while it serves on; all callers
 * share one request; after a failure the next attempt waits 1 s, then 2 s, up to 30 s.
 */
export function createKeySet(deps: {
  readonly discovery: Discovery;
  readonly fetchJson: FetchJson;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly refuse: Refuse;
}): KeySet {
  const { clock } = deps;
  let current: Loaded | undefined;
  let inFlight: Promise<void> | undefined;
  const failurePause = createPause(clock);
  const unknownKidPause = createPause(clock);
  let failures = 0;
  let lastError: Error | undefined;

  async function load(): Promise<void> {
    try {
      const { jwksUri } = await deps.discovery.read();
      const former = current?.keys;
      current = parseKeySet(await deps.fetchJson(jwksUri), clock.now(), former);
      failures = 0;
      failurePause.end();
      lastError = undefined;
      deps.emit({ type: "keys_fetched", keys: current.keys.size });
      if (former && !isSameSet(former, current.keys))
        deps.emit({ type: "keys_changed", kids: [...current.keys.keys()] });
    } catch (cause) {
      lastError = cause instanceof Error ? cause : new Error(String(cause));
      const retryInMs = Math.min(longestRetryMs, 1000 * 2 ** failures);
      failures += 1;
      failurePause.begin(retryInMs);
      deps.emit({ type: "keys_failed", error: lastError, retryInMs });
    }
  }

  function refresh(): Promise<void> {
    inFlight ??= load().finally(() => {
      inFlight = undefined;
    });
    return inFlight;
  }

  /** After a request under way, which may have been answered before the change, comes one more. */
  function reload(): Promise<void> {
    if (current) current = { ...current, freshMs: 0 };
    return Promise.resolve(inFlight).then(refresh);
  }

  function ageMs(loaded: Loaded, now = clock.now()): number {
    const age = now - loaded.fetchedAt;
    // A clock that was set back tells nothing about the age.
    return age < 0 ? loaded.freshMs : age;
  }

  /** The keys at hand, fetched again in the background when that is due; undefined when there are none to go by. */
  function atHand(now: number): PublishedKeys | undefined {
    if (!current) return undefined;
    const age = ageMs(current, now);
    if (age >= staleMs) return undefined;
    if (age >= current.freshMs && failurePause.leftMs() === 0) void refresh();
    return current.keys;
  }

  async function usable(): Promise<PublishedKeys> {
    const keys = atHand(clock.now());
    if (keys) return keys;
    if (inFlight || failurePause.leftMs() === 0) await refresh();
    if (current && ageMs(current) < staleMs) return current.keys;
    const retryAfterSeconds = Math.max(1, Math.ceil(failurePause.leftMs() / 1000));
    throw deps.refuse("keys_unavailable", undefined, { cause: lastError, retryAfterSeconds });
  }

  /** One more look for a kid that is not there: joins a request under way, and otherwise makes one now and then. */
  async function lookAgain(): Promise<void> {
    if (inFlight) return inFlight;
    if (failurePause.leftMs() > 0 || unknownKidPause.leftMs() > 0) return;
    unknownKidPause.begin(unknownKidPauseMs);
    await refresh();
  }

  async function find(header: AcceptedHeader): Promise<PublicKey | undefined> {
    const keys = atHand(clock.now()) ?? (await usable());
    if (keys.has(header.kid)) return importedKey(header, keys) ?? findKey(header, keys);
    await lookAgain();
    return findKey(header, current?.keys ?? keys);
  }

  function holds(key: PublicKey, now: number): boolean {
    const keys = atHand(now);
    return keys !== undefined && isPublished(key, keys);
  }

  function status(): KeysStatus {
    if (!current) return { state: "none", count: 0, fetchedAt: null, lastError: lastError?.message ?? null };
    return {
      state: ageMs(current) < current.freshMs ? "fresh" : "stale",
      count: current.keys.size,
      fetchedAt: current.fetchedAt,
      lastError: lastError?.message ?? null,
    };
  }

  async function prepare(): Promise<void> {
    await usable();
  }

  return { find, holds, prepare, reload, status };
}

function parseKeySet(document: JsonDocument, now: number, former: PublishedKeys | undefined): Loaded {
  const { json, maxAgeSeconds = freshSeconds.unsaid } = document;
  const seconds = Math.min(Math.max(maxAgeSeconds, freshSeconds.least), freshSeconds.most);
  return { keys: parsePublishedKeys(json, former), fetchedAt: now, freshMs: seconds * 1000 };
}
