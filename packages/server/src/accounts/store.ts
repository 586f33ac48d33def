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

/**
 * A person's accounts: until the transaction ends they cannot be closed, nor the person's roles changed. They are locked
 * in the order of their ids, so that two sign-ins never wait for each other in a circle.
 */
export async function listMemberships(queries: Queries, userId: string): Promise<Membership[]> {
  const rows = await queries
    .with("locked", (query) =>
      query
        .selectFrom("members")
        .innerJoin("accounts", "accounts.id", "members.account_id")
        .select(["accounts.id", "accounts.name", "accounts.closed_at", "members.role", "members.signed_in_at"])
        .where("members.user_id", "=", userId)
        .orderBy("accounts.id")
        .forShare("accounts")
        .forNoKeyUpdate("members"),
    )
    .selectFrom("locked")
    .selectAll()
    .orderBy("signed_in_at", (order) => order.desc().nullsLast())
    .orderBy("name")
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    role: row.role,
    isClosed: row.closed_at !== null,
    signedInAt: row.signed_in_at,
  }));
}

/** A person's role in an open account; until the transaction ends neither changes. Null where they have none. */
export async function holdRole(queries: Queries, accountId: string, userId: string): Promise<MemberRole | null> {
  const row = await queries
    .selectFrom("members")
    .innerJoin("accounts", "accounts.id", "members.account_id")
    .select("members.role")
    .where("members.account_id", "=", accountId)
    .where("members.user_id", "=", userId)
    .where("accounts.closed_at", "is", null)
    .forShare("accounts")
    .forNoKeyUpdate("members")
    .executeTakeFirst();
  return row?.role ?? null;
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

/** Changes a member's role; answers with the former one, or undefined for nobody's. */
export async function updateRole(
  queries: Queries,
  accountId: string,
  userId: string,
  role: MemberRole,
): Promise<MemberRole | undefined> {
  const member = await queries
    .selectFrom("members")
    .select("role")
    .where("account_id", "=", accountId)
    .where("user_id", "=", userId)
    .forUpdate()
    .executeTakeFirst();
  if (!member || member.role === role) return member?.role;
  await queries
    .updateTable("members")
    .set({ role })
    .where("account_id", "=", accountId)
    .where("user_id", "=", userId)
    .execute();
  return member.role;
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
