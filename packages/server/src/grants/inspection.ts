import type { Client } from "../clients/index.ts";
import type { Clock } from "../clock/clock.ts";
import { isSameSecret } from "../crypto/digest.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import { isUuid } from "../crypto/uuid.ts";
import type { Database, Queries } from "../storage/database.ts";
import { findGrant, type Grant, type GrantFilter, listGrants, type StoredGrant } from "./inspection-store.ts";
import { hashHandle, parseRefreshToken } from "./refresh-token.ts";

/** The grant of a refresh token, and which generation of it the token is. */
export interface InspectedToken {
  readonly grant: StoredGrant;
  readonly generation: number;
}

export interface InspectionDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly keyRing: KeyRing;
}

/** Looks at grants without using them. */
export interface Inspection {
  /** Any grant, live or ended. */
  find(id: string, queries?: Queries): Promise<Grant | null>;
  /** Grants, newest first. */
  list(filter: GrantFilter): Promise<Grant[]>;
  /** The grant a refresh token belongs to, whatever has become of it; null for a token that is not ours. */
  inspect(refreshToken: string, queries?: Queries): Promise<InspectedToken | null>;
  /** Whether `POST /refresh` would now answer this token of this client, with its key's proof, as the first word of an attempt. */
  isUsable(token: InspectedToken, client: Client): boolean;
}

export function createInspection({ database, clock, keyRing }: InspectionDeps): Inspection {
  return {
    find: async (id, queries = database.queries) => (isUuid(id) ? findGrant(queries, id) : null),
    list: (filter) => listGrants(database.queries, filter, new Date(clock.now())),
    async inspect(refreshToken, queries = database.queries) {
      const token = parseRefreshToken(keyRing, refreshToken);
      const grant = token && (await findGrant(queries, token.grantId));
      if (!grant || !isSameSecret(hashHandle(token.handle), grant.handleHash)) return null;
      return { grant, generation: token.generation };
    },
    isUsable(token, client) {
      const { revokedAt, idleExpiresAt, expiresAt, clientId, binding } = token.grant;
      const now = clock.now();
      if (clientId !== client.id || revokedAt !== null) return false;
      if (idleExpiresAt.getTime() <= now || expiresAt.getTime() <= now) return false;
      return !client.rotates || binding !== null || isInForce(token, now - client.lifetimes.overlap * 1000);
    },
  };
}

/**
 * Whether a generation is the one in force, or one that the overlap still covers; of a later one the database has lost
 * the tail. As the refresh statement has it, but for the retry of an attempt, which nobody but the client can tell.
 */
function isInForce({ grant, generation }: InspectedToken, overlapBegan: number): boolean {
  const behind = grant.generation - generation;
  if (behind <= 0) return true;
  const counted = grant.recentRotations[behind - 2] ?? grant.recentRotations[behind - 1];
  return counted !== undefined && counted.getTime() > overlapBegan;
}
