import type { Client } from "../clients/index.ts";
import type { Clock } from "../clock/clock.ts";
import { isSameSecret, randomSecret, sha256 } from "../crypto/digest.ts";
import type { Events } from "../events/index.ts";
import type { Grants, StartedGrant } from "../grants/index.ts";
import { AppError } from "../http/app-error.ts";
import type { RequestSource } from "../http/request-source.ts";
import type { Database, DatabaseTransaction } from "../storage/database.ts";
import { insertCode, lockCode, setCodeRedeemed } from "./store.ts";

// A code travels through one redirect and is redeemed by a page that is already loading (RFC 6749, section 4.1.2).
const lifetimeMs = 60_000;

export interface CodesDeps {
  readonly database: Database;
  readonly events: Events;
  readonly clock: Clock;
  readonly grants: Grants;
}

export interface CodeRedemption {
  readonly client: Client;
  readonly code: string;
  /** RFC 7636, section 4.1. */
  readonly codeVerifier: string;
  readonly source: RequestSource;
}

/** Starts the grant that a code stands for, within the transaction that marks the code redeemed. */
export type StartFromCode = (
  tx: DatabaseTransaction,
  code: { readonly sessionId: string; readonly accountId: string },
) => Promise<StartedGrant>;

/** One-time codes: how a client that keeps its refresh token itself gets it, without a token in any address. */
export interface Codes {
  issue(code: {
    readonly client: Client;
    readonly sessionId: string;
    readonly accountId: string;
    readonly codeChallenge: string;
  }): Promise<string>;
  /**
   * Redeems a code, once. A second use ends what the first one gave (RFC 6749, section 4.1.2).
   *
   * @throws AppError `signin_code_invalid`
   */
  redeem(redemption: CodeRedemption, start: StartFromCode): Promise<StartedGrant>;
}

export function createCodes({ database, events, clock, grants }: CodesDeps): Codes {
  async function redeemWithin(
    tx: DatabaseTransaction,
    { client, code, codeVerifier, source }: CodeRedemption,
    start: StartFromCode,
  ): Promise<StartedGrant | null> {
    const now = new Date(clock.now());
    const stored = await lockCode(tx, sha256(code));
    if (!stored || stored.client_id !== client.id) return null;
    if (stored.grant_id !== null) {
      await grants.end(tx, { id: stored.grant_id }, "session_revoked", source);
      return null;
    }
    const challenge = sha256(codeVerifier).toString("base64url");
    const isSame = isSameSecret(Buffer.from(challenge), Buffer.from(stored.code_challenge));
    if (!isSame || stored.expires_at <= now) return null;
    const started = await start(tx, { sessionId: stored.session_id, accountId: stored.account_id });
    await setCodeRedeemed(tx, stored.code_hash, now, started.subject.grantId);
    return started;
  }

  return {
    async issue({ client, sessionId, accountId, codeChallenge }) {
      const code = randomSecret();
      await insertCode(database.queries, {
        codeHash: sha256(code),
        clientId: client.id,
        sessionId,
        accountId,
        codeChallenge,
        expiresAt: new Date(clock.now() + lifetimeMs),
      });
      return code;
    },
    async redeem(redemption, start) {
      const started = await database.transaction((tx) => redeemWithin(tx, redemption, start));
      events.announce();
      if (!started) throw new AppError("signin_code_invalid");
      return started;
    },
  };
}
