import { coalesce } from "./coalesce.ts";
import { basicAuthorization, type ServiceCredentials } from "./credentials.ts";
import type { Discovery } from "./discovery.ts";
import type { Emit } from "./events.ts";
import type { FetchJson } from "./fetch-json.ts";
import { createGate } from "./gate.ts";
import { createPause } from "./pause.ts";
import { createRecentMap } from "./recent-map.ts";
import type { Clock } from "./timers.ts";

/** What the issuer says of a token. */
export type IntrospectionAnswer = "active" | "inactive";

/** How the issuer was asked about tokens, since the start. */
export interface IntrospectionCounts {
  readonly active: number;
  readonly inactive: number;
  /** Without an answer. */
  readonly failed: number;
}

/** Asks the issuer about single tokens (RFC 7662). */
export interface Introspection {
  /** What it said a moment ago, if it was asked. */
  recall(token: string): IntrospectionAnswer | undefined;
  /**
   * What it says now. Who asks about one token at the same time shares one request.
   *
   * @throws Error when it does not answer within two seconds, or not with what RFC 7662 says, or did so a moment ago
   */
  ask(token: string): Promise<IntrospectionAnswer>;
  counts(): IntrospectionCounts;
}

/** For how long `active` is believed. `inactive` is final: no token lives again. */
const freshMs = 5_000;
/** Somebody's request waits for the answer. */
const timeoutMs = 2_000;
/** At a time: all of a service's tokens fall due together when the feed is lost. */
const maxConcurrent = 50;
const maxRemembered = 10_000;
const longestPauseMs = 10_000;

/**
 * Makes one that has asked nothing yet. After a failure nobody is asked for 1 s, then for 2 s, up to 10 s: a dead issuer
 * must not make every request wait.
 */
export function createIntrospection(deps: {
  readonly discovery: Discovery;
  readonly fetchJson: FetchJson;
  readonly credentials: ServiceCredentials;
  readonly clock: Clock;
  readonly emit: Emit;
}): Introspection {
  const { clock } = deps;
  const headers = { authorization: basicAuthorization(deps.credentials) };
  const remembered = createRecentMap<{ readonly answer: IntrospectionAnswer; readonly at: number }>({
    maxEntries: maxRemembered,
  });
  const gate = createGate({ places: maxConcurrent });
  const failurePause = createPause(clock);
  const counts = { active: 0, inactive: 0, failed: 0 };
  let failures = 0;
  let lastError: unknown;

  function recall(token: string): IntrospectionAnswer | undefined {
    const known = remembered.get(token);
    if (!known || known.answer === "inactive") return known?.answer;
    const ageMs = clock.now() - known.at;
    return ageMs >= 0 && ageMs < freshMs ? known.answer : undefined;
  }

  async function request(token: string): Promise<IntrospectionAnswer> {
    const { introspectionEndpoint } = await deps.discovery.read();
    if (introspectionEndpoint === undefined) throw new Error("The issuer's metadata has no introspection_endpoint");
    const body = new URLSearchParams({ token, token_type_hint: "access_token" });
    const { json } = await deps.fetchJson(introspectionEndpoint, { body, headers, timeoutMs });
    const { active } = (json ?? {}) as { readonly active?: unknown };
    if (typeof active === "boolean") return active ? "active" : "inactive";
    throw new Error(`${introspectionEndpoint} did not say whether the token is active`);
  }

  function failed(error: unknown): void {
    counts.failed += 1;
    lastError = error;
    const pauseMs = Math.min(longestPauseMs, 1000 * 2 ** failures);
    failures += 1;
    failurePause.begin(pauseMs);
    deps.emit({ type: "introspection_failed", error: error instanceof Error ? error : new Error(String(error)) });
  }

  async function askNow(token: string): Promise<IntrospectionAnswer> {
    // Looked at when it is our turn: others may have failed while we waited for it.
    if (failurePause.leftMs() > 0) throw new Error("The issuer did not answer a moment ago", { cause: lastError });
    try {
      const answer = await request(token);
      counts[answer] += 1;
      failures = 0;
      remembered.set(token, { answer, at: clock.now() });
      return answer;
    } catch (error) {
      failed(error);
      throw error;
    }
  }

  const ask = coalesce((token) => gate(() => askNow(token)));
  return { recall, ask, counts: () => ({ ...counts }) };
}
