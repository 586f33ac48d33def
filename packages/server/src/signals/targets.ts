import type { KeyRing } from "../crypto/key-ring.ts";
import { createTurns } from "../jobs/turns.ts";
import type { Services } from "../services/index.ts";
import type { Database } from "../storage/database.ts";
import type { FindTarget } from "./sender.ts";
import { findStillWanted } from "./still-wanted.ts";
import { findStream } from "./store.ts";
import { sealPurpose } from "./stream.ts";

export interface TargetsDeps {
  readonly database: Database;
  readonly keyRing: KeyRing;
  readonly services: Services;
}

// Connections of the pool that they are looked up with, at once.
const findersAtOnce = 2;

/** Finds where a stream's SETs go, as it is now: a new address holds from the next attempt on. */
export function createFindTarget({ database, keyRing, services }: TargetsDeps): FindTarget {
  const turns = createTurns(findersAtOnce);
  return async (streamId, body) => {
    const stream = await turns(() => findStream(database.queries, streamId));
    const service = stream && services.find(stream.serviceId);
    if (!stream || stream.endpointUrl === null || !service?.may.has("signals")) return "gone";
    const isWanted = await turns(() => findStillWanted(database.queries, { stream, service, bodies: [body] }));
    if (!isWanted(body)) return "unwanted";
    const { endpointUrl: url, sealedAuthorization: sealed } = stream;
    if (sealed === null) return { url, authorization: null };
    const authorization = keyRing.open(sealed, sealPurpose(streamId));
    return authorization ? { url, authorization: authorization.toString("utf8") } : "unreadable";
  };
}
