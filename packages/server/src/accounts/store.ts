import type { MemberRole } from "@holdfast/protocol";
import type { Queries } from "../storage/database.ts";

/** A person's place in an account. */
export interface Membership {
  readonly id: string;
  readonly name: string;
  readonly role: MemberRole;
  readonly isClosed: boolean;
  readonly signedInAt: Date | null;
}

/** A person's accounts, which cannot be closed until the transaction ends. */
export async function listMemberships(queries: Queries, userId: string): Promise<Membership[]> {
  const rows = await queries
    .selectFrom("members")
    .innerJoin("accounts", "accounts.id", "members.account_id")
    .select(["accounts.id", "accounts.name", "accounts.closed_at", "members.role", "members.signed_in_at"])
    .where("members.user_id", "=", userId)
    .orderBy("members.signed_in_at", (order) => order.desc().nullsLast())
    .orderBy("accounts.name")
    .forShare("accounts")
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    role: row.role,
    isClosed: row.closed_at !== null,
    signedInAt: row.signed_in_at,
  }));
}

export async function insertAccount(
  queries: Queries,
  { id, name, now }: { readonly id: string; readonly name: string; readonly now: Date },
): Promise<void> {
  await queries.insertInto("accounts").values({ id, name, created_at: now }).execute();
}

export interface NewMember {
  readonly accountId: string;
  readonly userId: string;
  readonly role: string;
  readonly now: Date;
}

export async function insertMember(queries: Queries, { accountId, userId, role, now }: NewMember): Promise<void> {
  await queries
    .insertInto("members")
    .values({ account_id: accountId, user_id: userId, role, created_at: now })
    .execute();
}

export async function touchMember(queries: Queries, accountId: string, userId: string, now: Date): Promise<void> {
  await queries
    .updateTable("members")
    .set({ signed_in_at: now })
    .where("account_id", "=", accountId)
    .where("user_id", "=", userId)
    .execute();
}

export async function isAccount(queries: Queries, id: string): Promise<boolean> {
  return (await queries.selectFrom("accounts").select("id").where("id", "=", id).executeTakeFirst()) !== undefined;
}

/** Closes an open account; false when there was none. */
export async function closeAccount(queries: Queries, id: string, reason: string, now: Date): Promise<boolean> {
  const result = await queries
    .updateTable("accounts")
    .set({ closed_at: now, closed_reason: reason })
    .where("id", "=", id)
    .where("closed_at", "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}
