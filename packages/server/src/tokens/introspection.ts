import type { AccessTokenClaims, IntrospectionAnswer } from "@holdfast/protocol";
import type { Clients } from "../clients/index.ts";
import { type Clock, toNumericDate } from "../clock/clock.ts";
import type { Failover } from "../failover/index.ts";
import type { Grant, Grants } from "../grants/index.ts";
import type { Keys } from "../keys/index.ts";
import type { Sessions } from "../sessions/index.ts";
import { createAccessTokenReader } from "./access-token.ts";
import { isRefreshToken } from "./presented-token.ts";

/** Who asks, and so which tokens are their business. */
export interface TokenReader {
  /** A client may ask about its own tokens. Null for a service. */
  readonly clientId: string | null;
  /** A service may ask about tokens that are for one of these audiences; null for any. */
  readonly audience: readonly string[] | null;
}

export interface IntrospectionDeps {
  readonly issuer: string;
  readonly clients: Clients;
  readonly clock: Clock;
  readonly failover: Pick<Failover, "hasEnded">;
  readonly grants: Grants;
  readonly keys: Keys;
  readonly sessions: Sessions;
}

export interface Introspection {
  /**
   * What a token is worth now (RFC 7662). Asking changes nothing: a refresh token stays the one it is.
   *
   * @throws whatever the database does: trouble of ours says nothing about the token
   */
  introspect(token: string, reader: TokenReader): Promise<IntrospectionAnswer>;
}

const inactive: IntrospectionAnswer = { active: false };

export function createIntrospection(deps: IntrospectionDeps): Introspection {
  const { issuer, clients, clock, failover, grants, keys, sessions } = deps;
  const accessTokens = createAccessTokenReader({ issuer, keys });

  /** Whether neither the grant nor its session has ended, in the database or to this node's certain knowledge. */
  async function isLive(grant: Pick<Grant, "id" | "sessionId" | "revokedAt">): Promise<boolean> {
    if (grant.revokedAt !== null || failover.hasEnded(grant.id) || failover.hasEnded(grant.sessionId)) return false;
    const session = await sessions.find(grant.sessionId);
    return session !== null && session.revokedAt === null;
  }

  async function introspectAccess(claims: AccessTokenClaims, reader: TokenReader): Promise<IntrospectionAnswer> {
    if (claims.exp <= toNumericDate(clock.now()) || !isTheirs(claims.client_id, claims.aud, reader)) return inactive;
    const grant = await grants.find(claims.grant_id);
    const isKnown = grant !== null && grant.sessionId === claims.sid && clients.find(grant.clientId) !== null;
    if (!isKnown || grant.expiresAt.getTime() <= clock.now() || !(await isLive(grant))) return inactive;
    const { iss, sub, aud, exp, iat, client_id, scope, jti, sid, grant_id, account, role, auth_time, cnf } = claims;
    const bound = cnf ? ({ token_type: "DPoP", cnf } as const) : ({ token_type: "Bearer" } as const);
    const ids = { sid, grant_id, account, role, auth_time };
    return { active: true, iss, sub, aud, exp, iat, client_id, scope, ...bound, jti, ...ids };
  }

  async function introspectRefresh(token: string, reader: TokenReader): Promise<IntrospectionAnswer> {
    const inspected = await grants.inspect(token);
    const client = inspected && clients.find(inspected.grant.clientId);
    if (!inspected || !client || !isTheirs(client.id, inspected.grant.resource, reader)) return inactive;
    if (!grants.isUsable(inspected, client) || !(await isLive(inspected.grant))) return inactive;
    return describeGrant(issuer, inspected.grant);
  }

  return {
    async introspect(token, reader) {
      // Each kind is told by its looks: a hint can only be wrong.
      if (isRefreshToken(token)) return introspectRefresh(token, reader);
      const read = await accessTokens.read(token);
      return read.kind === "access" ? introspectAccess(read.claims, reader) : inactive;
    },
  };
}

function isTheirs(clientId: string, audience: string | readonly string[], reader: TokenReader): boolean {
  if (reader.clientId !== null) return reader.clientId === clientId;
  return reader.audience === null || [audience].flat().some((each) => reader.audience?.includes(each));
}

/** A refresh token says nothing by itself: what is told is its grant's. */
function describeGrant(iss: string, grant: Grant): IntrospectionAnswer {
  const ends = Math.min(grant.idleExpiresAt.getTime(), grant.expiresAt.getTime());
  return {
    active: true,
    iss,
    sub: grant.userId,
    aud: grant.resource.length === 1 && grant.resource[0] ? grant.resource[0] : grant.resource,
    exp: toNumericDate(ends),
    iat: toNumericDate((grant.usedAt ?? grant.createdAt).getTime()),
    client_id: grant.clientId,
    scope: grant.scope,
    sid: grant.sessionId,
    grant_id: grant.id,
    account: grant.accountId,
    role: grant.role,
    auth_time: toNumericDate(grant.authenticatedAt.getTime()),
    ...(grant.binding === null ? {} : { cnf: { jkt: grant.binding } }),
  };
}
