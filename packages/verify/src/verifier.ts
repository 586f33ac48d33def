import type { AccessTokenClaims } from "@holdfast/protocol";
import { type IncomingRequest, readBearerToken } from "./bearer.ts";
import { createDiscovery } from "./discovery.ts";
import { createEmit } from "./events.ts";
import { createFeedFollower } from "./feed-follower.ts";
import type { FeedStatus } from "./feed-state.ts";
import { createFetchJson } from "./fetch-json.ts";
import { createKeySet, type KeysStatus } from "./key-set.ts";
import { parseOptions, type VerifierOptions } from "./options.ts";
import { createRevocations } from "./revocations.ts";
import { missingScope, parseScope } from "./scope.ts";
import { settleWithin } from "./timers.ts";
import { createTokenCheck } from "./token-check.ts";
import { createTokenCounter, type TokenCounts } from "./token-counts.ts";
import { type Refuse, TokenError } from "./token-error.ts";

/** What a route asks of a token beyond being valid. */
export interface AuthenticateOptions {
  /** The scope it needs: `"invoices:read invoices:write"` or a list; all of it. Default: none. */
  readonly scope?: string | readonly string[] | undefined;
}

/** How a verifier is doing. */
export interface VerifierStatus {
  readonly keys: KeysStatus;
  readonly feed: FeedStatus;
  /** Revocations held at the moment. */
  readonly revocations: number;
  /** Tokens held at the moment whose signature need not be checked again. */
  readonly cachedTokens: number;
  readonly tokens: TokenCounts;
}

/** A web-standard handler that is given the claims of the token it was called with. */
export type ClaimsHandler = (request: Request, claims: AccessTokenClaims) => Response | Promise<Response>;

/** Verifies the access tokens of one issuer for one service. */
export interface Verifier {
  /**
   * Verifies an access token. One seen before costs about a microsecond: its signature is not checked again, but its
   * times, its key, its session, its grant and the feed are, on every call. The first call connects to the feed, and waits for it, one second at most: so a session
   * that was revoked before this process began is refused as well. No later call waits for the feed.
   *
   * @param token the compact JWT, without `Bearer `
   * @throws TokenError
   */
  verify(token: string): Promise<AccessTokenClaims>;
  /**
   * Reads the Bearer token of a request, verifies it and checks its scope. Takes a web-standard `Request`, or a message
   * of `node:http` (and so a request of Express).
   *
   * @throws TokenError
   */
  authenticate(request: IncomingRequest, options?: AuthenticateOptions): Promise<AccessTokenClaims>;
  /** Wraps a web-standard handler: it is only called with a valid token; all else is answered for it. */
  protect(handler: ClaimsHandler, options?: AuthenticateOptions): (request: Request) => Promise<Response>;
  /**
   * Fetches the keys and connects to the feed: one attempt at each, about 15 seconds at most. Says in the status how
   * the feed is doing.
   *
   * @throws TokenError `keys_unavailable`; never for the feed
   */
  ready(): Promise<VerifierStatus>;
  status(): VerifierStatus;
  /** Leaves the feed, so that a process can end. Tokens can still be verified, with the revocations known so far. */
  close(): void;
}

/** How long the first verifications wait for the feed. */
const firstWaitMs = 1_000;

/**
 * Makes a verifier. Nothing is fetched before the first call of `verify`, `authenticate` or `ready`.
 *
 * @example
 * ```ts
 * import { createVerifier, TokenError } from "@holdfast/verify";
 *
 * const verifier = createVerifier({ issuer: "https://id.example.com", audience: "https://api.example.com" });
 *
 * export default {
 *   fetch: verifier.protect((request, claims) => Response.json({ hello: claims.sub }), { scope: "profile:read" }),
 * };
 * ```
 * @throws TypeError when an option is wrong, naming all that are
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const settings = parseOptions(options);
  const { issuer, audience, clock, timers, fetch } = settings;
  const emit = createEmit(options.onEvent);
  const refuse: Refuse = (code, detail, extra) =>
    new TokenError(code, detail, { issuer, realm: audience.join(" "), ...extra });
  const fetchJson = createFetchJson({ fetch, timers });
  const discovery = createDiscovery({ issuer, fetchJson, clock });
  const keys = createKeySet({ discovery, fetchJson, clock, emit, refuse });
  const counter = createTokenCounter();
  const revocations = createRevocations({ clock, toleranceSeconds: settings.clockToleranceSeconds });
  const onKeysChanged = () => void keys.reload();
  const feed = createFeedFollower({
    discovery,
    fetch,
    clock,
    timers,
    random: Math.random,
    revocations,
    onKeysChanged,
    emit,
  });
  let firstWait: Promise<void> | undefined;

  /** Resolves when the feed need not be waited for any longer. */
  function startFeed(): Promise<void> {
    if (!settings.followsFeed) return Promise.resolve();
    feed.start();
    firstWait ??= settleWithin(feed.caughtUp, firstWaitMs, timers);
    return firstWait;
  }

  const tokens = createTokenCheck({ settings, keys, revocations, feed: feed.state, startFeed, counter, refuse });

  /** Every refusal leaves by this door, so that each is counted, and told to `onEvent`, once. */
  function reported(error: unknown): unknown {
    if (error instanceof TokenError) {
      counter.countRefused(error.code);
      emit({ type: "token_refused", code: error.code, detail: error.message, requestId: error.requestId });
    }
    return error;
  }

  async function verify(token: string): Promise<AccessTokenClaims> {
    try {
      return tokens.recall(token) ?? (await tokens.check(token));
    } catch (error) {
      throw reported(error);
    }
  }

  async function authenticate(
    request: IncomingRequest,
    { scope }: AuthenticateOptions = {},
  ): Promise<AccessTokenClaims> {
    try {
      const needed = parseScope(scope);
      const token = readBearerToken(request, refuse);
      const claims = tokens.recall(token) ?? (await tokens.check(token));
      const missing = missingScope(claims.scope, needed);
      if (missing.length === 0) return claims;
      throw refuse("insufficient_scope", `The token's scope lacks ${missing.join(" ")}.`, { scope: needed.join(" ") });
    } catch (error) {
      throw reported(error);
    }
  }

  function protect(
    handler: ClaimsHandler,
    { scope }: AuthenticateOptions = {},
  ): (request: Request) => Promise<Response> {
    const needed = { scope: parseScope(scope) };
    return async (request) => {
      let claims: AccessTokenClaims;
      try {
        claims = await authenticate(request, needed);
      } catch (error) {
        if (error instanceof TokenError) return error.toResponse();
        throw error;
      }
      return handler(request, claims);
    };
  }

  function status(): VerifierStatus {
    return {
      keys: keys.status(),
      feed: feed.state.status(),
      revocations: revocations.size,
      cachedTokens: tokens.cached,
      tokens: counter.counts(),
    };
  }

  return {
    verify,
    authenticate,
    protect,
    async ready() {
      void startFeed();
      await Promise.all([keys.prepare(), settings.followsFeed ? feed.caughtUp : undefined]);
      return status();
    },
    status,
    close: feed.close,
  };
}
