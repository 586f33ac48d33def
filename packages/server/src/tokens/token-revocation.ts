import type { Client } from "../clients/index.ts";
import { type Clock, toNumericDate } from "../clock/clock.ts";
import type { EndOrigin, Grant, Grants } from "../grants/index.ts";
import { AppError } from "../http/app-error.ts";
import type { Keys } from "../keys/index.ts";
import type { Database } from "../storage/database.ts";
import { createAccessTokenReader } from "./access-token.ts";
import { isRefreshToken } from "./presented-token.ts";

export interface TokenRevocationDeps {
  readonly issuer: string;
  readonly clock: Clock;
  readonly database: Database;
  readonly grants: Grants;
  readonly keys: Keys;
}

export interface TokenRevocation {
  /**
   * Takes a token back from the client it was issued to (RFC 7009): its grant ends, and with it the refresh token of
   * every generation and every access token (section 2.1). What is no token, or none any more, is no error.
   *
   * @throws AppError `client_mismatch`, `unsupported_token_type`, and whatever the database does
   */
  revoke(token: string, client: Client, origin: EndOrigin): Promise<void>;
}

export function createTokenRevocation(deps: TokenRevocationDeps): TokenRevocation {
  const { clock, database, grants } = deps;
  const accessTokens = createAccessTokenReader(deps);

  /** The grant of a token that was valid once; of an access token, that still is. */
  async function grantOf(token: string): Promise<Grant | null> {
    // Any generation: a client that lost the last answer holds none but the one before.
    if (isRefreshToken(token)) return (await grants.inspect(token, database.urgent.queries))?.grant ?? null;
    const read = await accessTokens.read(token);
    if (read.kind === "other") throw new AppError("unsupported_token_type");
    // An expired one may lie in many a log, and opens nothing: it must not end anything either.
    if (read.kind === "unknown" || read.claims.exp <= toNumericDate(clock.now())) return null;
    return grants.find(read.claims.grant_id, database.urgent.queries);
  }

  return {
    async revoke(token, client, origin) {
      const grant = await grantOf(token);
      if (!grant) return;
      if (grant.clientId !== client.id) throw new AppError("client_mismatch");
      await grants.endOne(grant.id, "token_revoked", origin);
    },
  };
}
