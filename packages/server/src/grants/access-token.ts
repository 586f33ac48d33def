import type { AccessTokenClaims, RefreshAnswer } from "@holdfast/protocol";
import type { Client } from "../clients/index.ts";
import { type Clock, toNumericDate } from "../clock/clock.ts";
import { randomSecret } from "../crypto/digest.ts";
import type { Keys } from "../keys/index.ts";

/** What an access token says, whatever made it. */
export interface TokenSubject {
  readonly grantId: string;
  readonly generation: number;
  readonly sessionId: string;
  readonly userId: string;
  readonly accountId: string;
  readonly role: string;
  readonly scope: string;
  readonly resource: readonly string[];
  readonly authenticatedAt: Date;
  /** The thumbprint of the key that the access token is bound to (RFC 9449, section 6.1); null for none. */
  readonly jkt: string | null;
  /** The grant ends then in any case, and no access token outlives it. */
  readonly expiresAt: Date;
}

export interface AccessTokensDeps {
  readonly issuer: string;
  readonly keys: Keys;
  readonly clock: Clock;
}

/** The answer that carries an access token; the refresh token is added by whoever may show it. */
export type TokenAnswer = Omit<RefreshAnswer, "refresh_token">;

export interface AccessTokens {
  /** Mints an access token (RFC 9068) and the answer around it. */
  issue(client: Client, subject: TokenSubject): Promise<TokenAnswer>;
}

export function createAccessTokens({ issuer, keys, clock }: AccessTokensDeps): AccessTokens {
  return {
    async issue(client, subject) {
      const now = clock.now();
      const lifetime = Math.max(1, Math.min(client.lifetimes.access, toNumericDate(subject.expiresAt.getTime() - now)));
      const issuedAt = toNumericDate(now);
      const claims: AccessTokenClaims = {
        iss: issuer,
        sub: subject.userId,
        aud: subject.resource.length === 1 && subject.resource[0] ? subject.resource[0] : subject.resource,
        exp: issuedAt + lifetime,
        iat: issuedAt,
        jti: randomSecret(16),
        client_id: client.id,
        sid: subject.sessionId,
        grant_id: subject.grantId,
        scope: subject.scope,
        account: subject.accountId,
        role: subject.role,
        auth_time: toNumericDate(subject.authenticatedAt.getTime()),
        ...(subject.jkt === null ? undefined : { cnf: { jkt: subject.jkt } }),
      };
      return {
        access_token: await keys.sign("at+jwt", claims),
        token_type: subject.jkt === null ? "Bearer" : "DPoP",
        expires_in: lifetime,
        scope: subject.scope,
        server_time_ms: now,
        sid: subject.sessionId,
        generation: subject.generation,
      };
    },
  };
}
