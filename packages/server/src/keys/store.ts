import type { JsonWebKey } from "node:crypto";
import type { Queries } from "../storage/database.ts";
import type { KeyKind } from "./key-kind.ts";

/** Both tables have the same columns. */
const typed = ({ table }: KeyKind) => table as "signing_keys";

/** A signing key as it is kept. */
export interface StoredKey {
  readonly id: string;
  readonly algorithm: string;
  readonly publicJwk: JsonWebKey;
  readonly sealedPrivateKey: Buffer;
  readonly createdAt: Date;
  readonly activatesAt: Date;
  readonly retiresAt: Date | null;
}

/**
 * Every key that is, or will be, in the key set, in the order they were made: a later one takes over from an earlier
 * when it activates, and an earlier never from a later. Of two of one millisecond, the later has retired the earlier.
 */
export async function listKeys(queries: Queries, kind: KeyKind, now: Date): Promise<StoredKey[]> {
  const rows = await queries
    .selectFrom(typed(kind))
    .selectAll()
    .where((where) => where.or([where("retires_at", "is", null), where("retires_at", ">", now)]))
    .orderBy("created_at")
    .orderBy("retires_at", (order) => order.asc().nullsLast())
    .execute();
  return rows.map((row) => ({
    id: row.id,
    algorithm: row.algorithm,
    publicJwk: row.public_jwk,
    sealedPrivateKey: row.sealed_private_key,
    createdAt: row.created_at,
    activatesAt: row.activates_at,
    retiresAt: row.retires_at,
  }));
}

export async function insertKey(queries: Queries, kind: KeyKind, key: StoredKey): Promise<void> {
  await queries
    .insertInto(typed(kind))
    .values({
      id: key.id,
      algorithm: key.algorithm,
      public_jwk: JSON.stringify(key.publicJwk),
      sealed_private_key: key.sealedPrivateKey,
      created_at: key.createdAt,
      activates_at: key.activatesAt,
      retires_at: key.retiresAt,
    })
    .execute();
}

/** Removes keys that left the key set before a moment, with their private halves; says how many. */
export async function removeRetiredKeys(queries: Queries, kind: KeyKind, before: Date, limit: number): Promise<number> {
  const result = await queries
    .deleteFrom(typed(kind))
    .where("id", "in", (build) =>
      build
        .selectFrom(typed(kind))
        .select("id")
        .where("retires_at", "<", before)
        .orderBy("retires_at")
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** When the first of those that left the key set before a moment did so. */
export async function oldestRetirement(queries: Queries, kind: KeyKind, before: Date): Promise<Date | null> {
  const row = await queries
    .selectFrom(typed(kind))
    .select((build) => build.fn.min("retires_at").as("at"))
    .where("retires_at", "<", before)
    .executeTakeFirst();
  return row?.at ?? null;
}

/** Sets when the keys before the new one leave the key set. */
export async function retireOtherKeys(
  queries: Queries,
  kind: KeyKind,
  newKeyId: string,
  retiresAt: Date,
): Promise<string[]> {
  const rows = await queries
    .updateTable(typed(kind))
    .set({ retires_at: retiresAt })
    .where("id", "<>", newKeyId)
    .where("retires_at", "is", null)
    .returning("id")
    .execute();
  return rows.map((row) => row.id);
}
