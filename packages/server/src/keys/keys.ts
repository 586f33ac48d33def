import type { JsonWebKey } from "node:crypto";
import { sql } from "kysely";
import type { Clock } from "../clock/clock.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import type { Events } from "../events/index.ts";
import { AppError } from "../http/app-error.ts";
import { runPeriodically } from "../jobs/periodic.ts";
import type { Database, DatabaseTransaction } from "../storage/database.ts";
import { generateKey, openKey, type SigningKey, signJwt } from "./signing-key.ts";
import { insertKey, listKeys, retireOtherKeys, type StoredKey } from "./store.ts";

// A node learns of another node's rotation within this time; a new key is published longer before it signs.
const reloadEveryMs = 30_000;
const retireMarginMs = 5 * 60_000;

export interface KeysDeps {
  readonly database: Database;
  readonly events: Events;
  readonly clock: Clock;
  readonly keyRing: KeyRing;
  readonly settings: {
    /** Seconds. */
    readonly rotateEvery: number;
    /** Seconds a new key is published before it signs. */
    readonly publishAhead: number;
    /** Seconds the longest-lived access token lives. */
    readonly longestToken: number;
  };
  readonly onError: (error: unknown) => void;
}

/** A key as the operator sees it. */
export interface KeyStatus {
  readonly id: string;
  readonly algorithm: string;
  readonly status: "next" | "signing" | "verifying";
  readonly createdAt: Date;
  readonly activatesAt: Date;
  readonly retiresAt: Date | null;
}

export interface Keys {
  /** Signs a JWT with the key in force. */
  sign(type: string, claims: object): Promise<string>;
  /** The key set to publish (RFC 7517, section 5): public members only. */
  jwks(): { keys: JsonWebKey[] };
  list(): KeyStatus[];
  /** Makes the next key. It signs after it has been published long enough, or at once when told so. */
  rotate(options?: { readonly immediately?: boolean }): Promise<KeyStatus>;
  close(): Promise<void>;
}

/**
 * Opens the signing keys, and makes the first where there is none.
 *
 * @throws AppError `secret_wrong`
 */
export async function createKeys({ database, events, clock, keyRing, settings, onError }: KeysDeps): Promise<Keys> {
  let stored: readonly StoredKey[] = [];
  let opened = new Map<string, SigningKey>();

  async function reload(): Promise<void> {
    const listed = await listKeys(database.queries, new Date(clock.now()));
    const former = opened;
    opened = new Map(listed.map((key) => [key.id, former.get(key.id) ?? openKey(keyRing, key)]));
    stored = listed;
  }

  function keyInForce(): StoredKey {
    const now = clock.now();
    const key = stored.findLast(({ activatesAt }) => activatesAt.getTime() <= now) ?? stored[0];
    if (!key) throw new AppError("temporarily_unavailable");
    return key;
  }

  async function addKey(tx: DatabaseTransaction, activatesAt: Date): Promise<StoredKey> {
    const key = generateKey(keyRing, { createdAt: new Date(clock.now()), activatesAt });
    await insertKey(tx, key);
    const lastToken = activatesAt.getTime() + settings.longestToken * 1000 + retireMarginMs;
    const retired = await retireOtherKeys(tx, key.id, new Date(lastToken));
    await events.append(
      tx,
      { type: "key.created", data: { key: key.id, activates_at: activatesAt } },
      ...retired.map((id) => ({ type: "key.retired" as const, data: { key: id, retires_at: new Date(lastToken) } })),
    );
    return key;
  }

  async function addKeyIf(isDue: (listed: readonly StoredKey[]) => boolean, aheadSeconds: number) {
    const added = await database.transaction(async (tx) => {
      // One node at a time: two that start together must not make two first keys.
      await sql`select pg_advisory_xact_lock(hashtext('holdfast.keys'), hashtext(${database.schema}))`.execute(tx);
      const now = clock.now();
      if (!isDue(await listKeys(tx, new Date(now)))) return null;
      return addKey(tx, new Date(now + aheadSeconds * 1000));
    });
    await reload();
    if (added) events.announce();
    return added;
  }

  function toStatus(key: StoredKey): KeyStatus {
    const { id, algorithm, createdAt, activatesAt, retiresAt } = key;
    const isNext = activatesAt.getTime() > clock.now() && key !== keyInForce();
    const status = isNext ? "next" : key === keyInForce() ? "signing" : "verifying";
    return { id, algorithm, status, createdAt, activatesAt, retiresAt };
  }

  await addKeyIf((listed) => listed.length === 0, 0);
  const upkeep = runPeriodically({
    everyMs: reloadEveryMs,
    onError,
    async work() {
      const oldest = clock.now() - settings.rotateEvery * 1000;
      await addKeyIf((listed) => listed.every(({ createdAt }) => createdAt.getTime() < oldest), settings.publishAhead);
    },
  });

  return {
    async sign(type, claims) {
      const key = opened.get(keyInForce().id);
      if (!key) throw new AppError("temporarily_unavailable");
      return signJwt(key, type, claims);
    },
    jwks: () => ({
      keys: stored.map(({ id, algorithm, publicJwk }) => ({ ...publicJwk, kid: id, alg: algorithm, use: "sig" })),
    }),
    list: () => stored.map(toStatus),
    async rotate({ immediately = false } = {}) {
      const added = await addKeyIf(() => true, immediately ? 0 : settings.publishAhead);
      if (!added) throw new AppError("internal_error");
      return toStatus(stored.find(({ id }) => id === added.id) ?? added);
    },
    close: () => upkeep.stop(),
  };
}
