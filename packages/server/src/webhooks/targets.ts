import type { Clock } from "../clock/clock.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import { createTurns } from "../jobs/turns.ts";
import type { Database } from "../storage/database.ts";
import type { Target } from "./sender.ts";
import type { SigningSecret } from "./signature.ts";
import { findEndpoint, listSecrets } from "./store.ts";

export interface TargetsDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly keyRing: KeyRing;
}

// Connections of the pool that they are looked up with, at once.
const findersAtOnce = 2;

/** What an endpoint's secrets are sealed for: one endpoint's cannot be put in the place of another's. */
export const sealPurpose = (endpointId: string) => `webhook-secret:${endpointId}`;

/** Finds where an endpoint's messages go and what signs them, as it is now: a new secret holds from the next attempt on. */
export function createFindTarget({ database, clock, keyRing }: TargetsDeps) {
  const turns = createTurns(findersAtOnce);

  async function find(endpointId: string): Promise<Target | null> {
    const endpoint = await findEndpoint(database.queries, endpointId);
    const stored = await listSecrets(database.queries, endpointId, new Date(clock.now()));
    const secrets = stored.flatMap(({ scheme, sealedKey }): SigningSecret[] => {
      const key = keyRing.open(sealedKey, sealPurpose(endpointId));
      return key ? [{ scheme, key }] : [];
    });
    return endpoint && secrets.length > 0 ? { url: endpoint.url, secrets } : null;
  }

  return (endpointId: string) => turns(() => find(endpointId));
}
