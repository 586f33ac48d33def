import type { AccessTokenClaims } from "@holdfast/protocol";
import type { Client, Clients } from "../clients/index.ts";
import { type Clock, toNumericDate } from "../clock/clock.ts";
import type { Failover } from "../failover/index.ts";
import type { Grants } from "../grants/index.ts";
import { AppError } from "../http/app-error.ts";
import type { HttpContext } from "../http/context.ts";
import type { Cookie } from "../http/cookies.ts";
import { invalid, type Parameters } from "../http/parameters.ts";
import type { Sessions } from "../sessions/index.ts";
import type { AccessTokenReader } from "../tokens/index.ts";
import type { TabIdentity } from "./tab-news.ts";
import type { TabRequest } from "./tab-streams.ts";

export interface TabAccessDeps {
  readonly issuer: string;
  readonly accessTokens: AccessTokenReader;
  readonly clients: Clients;
  readonly clock: Clock;
  readonly failover: Pick<Failover, "hasEnded">;
  readonly grants: Grants;
  readonly sessions: Sessions;
  readonly sessionCookie: Cookie;
}

/** Finds out whose tab asks: by the browser's session cookie, or by an access token in the Authorization header. */
export interface TabAccess {
  /**
   * What the request says, as far as no look into the database is needed.
   *
   * @throws AppError `login_required`, `origin_not_allowed`, `client_unknown`, `token_…`
   */
  read(context: HttpContext, query: Parameters): Promise<TabRequest>;
}

// A browser has one or two of one client under a session: signed in again, or for another account.
const grantsAtMost = 16;

export function createTabAccess(deps: TabAccessDeps): TabAccess {
  const { issuer, accessTokens, clients, clock, failover, grants, sessions, sessionCookie } = deps;

  async function readToken(text: string): Promise<AccessTokenClaims> {
    const token = await accessTokens.read(text);
    if (token.kind === "unknown") throw new AppError("token_signature_invalid");
    if (token.kind === "other") throw new AppError("token_type_invalid");
    if (token.claims.exp <= toNumericDate(clock.now())) throw new AppError("token_expired");
    return token.claims;
  }

  /** A page of one client hears nothing of another's, though the browser would send it the same session cookie. */
  function assertOwnPage(context: HttpContext, client: Client): void {
    const origin = context.req.header("origin");
    if (origin !== undefined && origin !== issuer && !client.origins.includes(origin)) {
      throw new AppError("origin_not_allowed");
    }
  }

  async function identifyByCookie(cookie: string | undefined, client: Client): Promise<TabIdentity> {
    const session = await sessions.authenticate(cookie);
    if (!session) throw new AppError("login_required");
    const own = await grants.list({ sessionId: session.id, clientId: client.id, limit: grantsAtMost });
    if (own.length === 0) throw new AppError("login_required");
    return { sessionId: session.id, userId: session.userId, grants: own, expiresAt: session.expiresAt };
  }

  async function identifyByToken({ sid, grant_id }: AccessTokenClaims): Promise<TabIdentity> {
    const [grant, session] = await Promise.all([grants.find(grant_id), sessions.find(sid)]);
    const isLive = grant?.revokedAt === null && session?.revokedAt === null && grant.sessionId === session.id;
    if (!isLive || failover.hasEnded(grant_id) || failover.hasEnded(sid)) throw new AppError("token_revoked");
    const ends = Math.min(grant.expiresAt.getTime(), session.expiresAt.getTime());
    if (ends <= clock.now()) throw new AppError("token_revoked");
    return { sessionId: sid, userId: session.userId, grants: [grant], expiresAt: new Date(ends) };
  }

  return {
    async read(context, query) {
      const token = readAuthorization(context);
      if (token === null) {
        const client = clients.choose(query.get("client_id") || null);
        assertOwnPage(context, client);
        const cookie = sessionCookie.read(context);
        const sessionId = sessions.claimedBy(cookie);
        if (sessionId === null) throw new AppError("login_required");
        return { sessionId, identify: () => identifyByCookie(cookie, client) };
      }
      const claims = await readToken(token);
      const client = clients.choose(claims.client_id);
      if (![undefined, "", client.id].includes(query.get("client_id"))) {
        throw invalid("client_id", "is not the client of the access token");
      }
      assertOwnPage(context, client);
      return { sessionId: claims.sid, identify: () => identifyByToken(claims) };
    },
  };
}

/**
 * The access token of the Authorization header; null without one. That a bound one comes without proof is enough here: it
 * tells its holder when it was ended, which any API would.
 *
 * @throws AppError `token_malformed`
 */
function readAuthorization(context: HttpContext): string | null {
  const header = context.req.header("authorization");
  if (header === undefined) return null;
  const [, token] = /^(?:Bearer|DPoP) +([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(header) ?? [];
  if (token === undefined) throw new AppError("token_malformed");
  return token;
}
