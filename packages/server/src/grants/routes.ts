import type { RefreshAnswer } from "@holdfast/protocol";
import { Hono } from "hono";
import type { Client, Clients } from "../clients/index.ts";
import { AppError } from "../http/app-error.ts";
import type { HttpContext, HttpEnvironment } from "../http/context.ts";
import { allowClientOrigins, type OriginRules } from "../http/origin-guard.ts";
import { type Parameters, readBody } from "../http/parameters.ts";
import type { RateLimits } from "../http/rate-limit.ts";
import { readClientCredentials, readParameter } from "./client-credentials.ts";
import { oauthErrors } from "./oauth-error.ts";
import type { Refresh, RefreshOutcome } from "./refresh.ts";
import type { RefreshCookies } from "./refresh-cookies.ts";
import { claimedGrant } from "./refresh-token.ts";

export interface RefreshRoutesDeps {
  readonly issuer: string;
  readonly refresh: Refresh;
  readonly clients: Clients;
  readonly cookies: RefreshCookies;
  readonly limits: RateLimits;
  readonly origins: OriginRules;
  /** Whether the browser that asks is signed in as somebody else than this session's person. */
  readonly isSomebodyElses: (context: HttpContext, sessionId: string) => Promise<boolean>;
  /** Told of every verdict. A reused token may end the whole session. */
  readonly onOutcome: (outcome: RefreshOutcome, client: Client, requestId: string) => Promise<void>;
}

/** Where the presented token came from decides where its successor goes. */
interface Presented {
  readonly client: Client;
  readonly refreshToken: string;
  readonly isCookie: boolean;
  readonly clientSecret: string | null;
}

const maximumIdempotencyKey = 256;

/** `POST /refresh`: a new access token, and the refresh token's successor (RFC 6749, section 6). */
export function createRefreshRoutes(deps: RefreshRoutesDeps) {
  const { issuer, refresh, clients, cookies, limits, origins, isSomebodyElses, onOutcome } = deps;
  const routes = new Hono<HttpEnvironment>();
  routes.onError(oauthErrors(issuer));
  routes.use("/refresh", allowClientOrigins(origins, ["POST"]));

  routes.post("/refresh", async (context) => {
    const presented = await readPresented(context, await readBody(context));
    const { client, refreshToken, isCookie } = presented;
    const caller = limits.callerOf(context, claimedGrant(refreshToken) ?? "none");
    const outcome = await limits.refreshFailure.takeIfRefused(caller, () => judge(context, presented));
    // A neighbour on another subdomain can plant a refresh cookie of their own: whoever took it would act as them.
    if (isCookie && (await isSomebodyElses(context, outcome.answer.sid))) {
      throw new AppError("login_required", "The refresh token is not of the person who is signed in here.");
    }
    if (isCookie) cookies.write(context, client, outcome.refreshToken, outcome.expiresAt);
    const answer: RefreshAnswer = isCookie
      ? outcome.answer
      : { ...outcome.answer, refresh_token: outcome.refreshToken };
    context.header("Cache-Control", "no-store");
    return context.json(answer);
  });

  /** @throws AppError with the reason, when the token is refused */
  async function judge(context: HttpContext, { client, refreshToken, clientSecret }: Presented) {
    const source = context.get("source");
    const outcome = await refresh.present({
      refreshToken,
      client,
      isProved: clients.isAuthentic(client, clientSecret),
      idempotencyKey: readIdempotencyKey(context),
      source,
    });
    await onOutcome(outcome, client, source.requestId);
    if (outcome.kind === "refused") throw new AppError(outcome.reason);
    return outcome;
  }

  async function readPresented(context: HttpContext, body: Parameters): Promise<Presented> {
    const grantType = readParameter(body, "grant_type");
    if (grantType !== null && grantType !== "refresh_token") throw new AppError("unsupported_grant_type");
    const { clientId, clientSecret } = readClientCredentials(context, body);
    const refreshToken = readParameter(body, "refresh_token");
    if (refreshToken !== null) {
      const client = clients.choose(clientId ?? (await refresh.clientOf(refreshToken)));
      return { client, refreshToken, isCookie: false, clientSecret };
    }
    const client = clientId === null ? clientByCookie(context) : clients.choose(clientId);
    if (client && !mayUseCookie(context, client)) throw new AppError("origin_not_allowed");
    const cookie = client && cookies.read(context, client);
    if (!client || !cookie) throw new AppError("login_required");
    return { client, refreshToken: cookie, isCookie: true, clientSecret };
  }

  /** A page of one client must not get the tokens of another, though the browser would send it their cookies alike. */
  function mayUseCookie(context: HttpContext, client: Client): boolean {
    const origin = context.req.header("origin");
    return origin === undefined || origin === issuer || client.origins.includes(origin);
  }

  /** A page need not say which client it is, where only one of them is signed in here. */
  function clientByCookie(context: HttpContext): Client | null {
    const signedIn = clients
      .all()
      .filter((client) => mayUseCookie(context, client) && cookies.read(context, client) !== undefined);
    if (signedIn.length > 1)
      throw new AppError("client_unknown", "Several clients are signed in here; name one with client_id.");
    return signedIn[0] ?? null;
  }

  return routes;
}

/** The `Idempotency-Key` of an attempt: the same for all its retries. Printable ASCII, 256 characters at most. */
function readIdempotencyKey(context: HttpContext): string | null {
  const key = context.req.header("idempotency-key");
  if (key === undefined) return null;
  if (key.length > maximumIdempotencyKey || !/^[\x21-\x7e]+$/.test(key)) {
    throw new AppError("invalid_request", "The Idempotency-Key is not 1 to 256 printable ASCII characters.");
  }
  return key;
}
