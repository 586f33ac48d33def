import type { AccessTokenClaims } from "@holdfast/protocol";
import { type PresentedToken, readAccessToken } from "./authorization.ts";
import { createEventTarget, type On } from "./events.ts";
import type { FeedStatus } from "./feed-state.ts";
import type { IntrospectionCounts } from "./introspection.ts";
import type { KeysStatus } from "./key-set.ts";
import { parseOptions, type VerifierOptions } from "./options.ts";
import { createParts } from "./parts.ts";
import type { IncomingRequest } from "./request.ts";
import { missingScope, parseScope } from "./scope.ts";
import type { TokenCounts } from "./token-counts.ts";
import { inScheme, type Refuse, TokenError } from "./token-error.ts";
import type { UsageStatus } from "./usage-reporter.ts";

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
  /** Null unless `onFeedLost` wants to introspect. */
  readonly introspections: IntrospectionCounts | null;
  /** Null unless `reportUsage` is on. */
  readonly usage: UsageStatus | null;
}

/** A web-standard handler that is given the claims of the token it was called with. */
export type ClaimsHandler = (request: Request, claims: AccessTokenClaims) => Response | Promise<Response>;

/** Verifies the access tokens of one issuer for one service. */
export interface Verifier {
  /**
   * Verifies an access token. One seen before costs about a microsecond: its signature is not checked again, but its
   * times, its key, its session, its grant and the feed are, on every call. The first call connects to the feed, and
   * waits for it, one second at most: so a session that was revoked before this process began is refused as well. No
   * later call waits for the feed; while it is lost, `onFeedLost` may want to wait for the issuer's word.
   *
   * A token that is bound to a key is refused with `token_proof_missing`: only `authenticate` and `protect` see its proof.
   *
   * @param token the compact JWT, without `Bearer `
   * @throws TokenError
   */
  verify(token: string): Promise<AccessTokenClaims>;
  /**
   * Reads the access token of a request, verifies it and checks its scope; of one that is bound to a key (DPoP, RFC
   * 9449) also the proof, which is for the request's method and address. Takes a web-standard `Request`, or a message of
   * `node:http` (and so a request of Express).
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
  readonly on: On;
  /**
   * Leaves the feed at once, so that a process can end, and reports what was counted last; resolves then, after about 10
   * seconds at most. Tokens can still be verified, with the revocations known so far.
   */
  close(): Promise<void>;
}

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
  const { issuer, audience } = settings;
  const { on, emit } = createEventTarget();
  const refuse: Refuse = (code, detail, extra) =>
    new TokenError(code, detail, { issuer, realm: audience.join(" "), ...extra });
  const { keys, revocations, feed, tokens, checkProof, counter, introspection, usage, startFeed } = createParts({
    settings,
    emit,
    refuse,
  });

  /** Every refusal leaves by this door, so that each is counted, and told, once. */
  function reported(error: unknown): unknown {
    if (error instanceof TokenError) {
      const { code, message: detail, requestId, clientId } = error;
      counter.countRefused(code);
      usage?.countRefused(clientId, code);
      emit({ type: "token_refused", code, detail, requestId, clientId });
    }
    return error;
  }

  async function verify(token: string): Promise<AccessTokenClaims> {
    try {
      const claims = tokens.recall(token) ?? (await tokens.check(token));
      // Whoever read it from a Bearer header themselves must not take a bound token for one.
      if (claims.cnf) throw refuse("token_proof_missing", undefined, { clientId: claims.client_id, scheme: "DPoP" });
      usage?.countAccepted(claims.client_id);
      return claims;
    } catch (error) {
      throw reported(error);
    }
  }

  async function authenticate(
    request: IncomingRequest,
    { scope }: AuthenticateOptions = {},
  ): Promise<AccessTokenClaims> {
    let presented: PresentedToken | undefined;
    try {
      const needed = parseScope(scope);
      presented = readAccessToken(request, refuse);
      const { token } = presented;
      const claims = tokens.recall(token) ?? (await tokens.check(token));
      if (claims.cnf || presented.scheme === "DPoP") await checkProof(request, presented, claims);
      const missing = missingScope(claims.scope, needed);
      if (missing.length > 0) {
        const extra = { scope: needed.join(" "), clientId: claims.client_id };
        throw refuse("insufficient_scope", `The token's scope lacks ${missing.join(" ")}.`, extra);
      }
      usage?.countAccepted(claims.client_id);
      return claims;
    } catch (error) {
      const isDpop = presented?.scheme === "DPoP" && error instanceof TokenError;
      throw reported(isDpop ? inScheme("DPoP", error) : error);
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
      introspections: introspection?.counts() ?? null,
      usage: usage?.status() ?? null,
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
    on,
    async close() {
      feed.close();
      await usage?.close();
    },
  };
}
