import { sql } from "kysely";
import type { Queries } from "../storage/database.ts";
import type { UsersTable } from "../storage/tables.ts";

/** What an upstream provider says of a person. Issuer and subject are who it is; the rest may change. */
export interface UpstreamProfile {
  readonly issuer: string;
  readonly subject: string;
  readonly provider: string;
  readonly name: string | null;
  readonly email: string | null;
  /** Only the provider's own, literal `true`. */
  readonly emailVerified: boolean;
  readonly picture: string | null;
}

/** A person. */
export interface User {
  readonly id: string;
  readonly name: string | null;
  /** Only an address that a provider has verified. */
  readonly email: string | null;
  readonly picture: string | null;
  readonly createdAt: Date;
  readonly disabledAt: Date | null;
  readonly deletedAt: Date | null;
}

export async function findById(queries: Queries, id: string): Promise<User | null> {
  const row = await queries.selectFrom("users").selectAll().where("id", "=", id).executeTakeFirst();
  return row ? toUser(row) : null;
}

/** Finds a user for a sign-in, and keeps others from disabling them until the transaction ends. */
export async function lockByIdentity(queries: Queries, issuer: string, subject: string): Promise<User | null> {
  const row = await queries
    .selectFrom("users")
    .innerJoin("identities", "identities.user_id", "users.id")
    .selectAll("users")
    .where("identities.issuer", "=", issuer)
    .where("identities.subject", "=", subject)
    .forNoKeyUpdate("users")
    .executeTakeFirst();
  return row ? toUser(row) : null;
}

export async function findByEmail(queries: Queries, email: string): Promise<User[]> {
  const rows = await queries
    .selectFrom("users")
    .selectAll()
    .where(sql`lower(email)`, "=", email.toLowerCase())
    .where("deleted_at", "is", null)
    .orderBy("created_at")
    .execute();
  return rows.map(toUser);
}

export async function findLastIdentity(queries: Queries, userId: string): Promise<UpstreamProfile | null> {
  const row = await queries
    .selectFrom("identities")
    .innerJoin("users", "users.id", "identities.user_id")
    .select(["issuer", "subject", "provider", "users.name", "identities.email", "email_verified", "users.picture"])
    .where("user_id", "=", userId)
    .orderBy("signed_in_at", "desc")
    .executeTakeFirst();
  return row ? { ...row, emailVerified: row.email_verified } : null;
}

/** Writes a user with an identity; null when someone else wrote the identity first. */
export async function insertUser(
  queries: Queries,
  id: string,
  profile: UpstreamProfile,
  now: Date,
): Promise<User | null> {
  const user = {
    id,
    name: profile.name,
    email: profile.emailVerified ? profile.email : null,
    picture: profile.picture,
    created_at: now,
    disabled_at: null,
    deleted_at: null,
  };
  await queries.insertInto("users").values(user).execute();
  const identity = await queries
    .insertInto("identities")
    .values({
      issuer: profile.issuer,
      subject: profile.subject,
      user_id: id,
      provider: profile.provider,
      email: profile.email,
      email_verified: profile.emailVerified,
      created_at: now,
      signed_in_at: now,
    })
    .onConflict((conflict) => conflict.columns(["issuer", "subject"]).doNothing())
    .returning("user_id")
    .executeTakeFirst();
  if (identity) return toUser(user);
  await queries.deleteFrom("users").where("id", "=", id).execute();
  return null;
}

/** Takes over what the provider says today. A name or address it no longer vouches for is kept as it was. */
export async function touchIdentity(
  queries: Queries,
  profile: UpstreamProfile,
  userId: string,
  now: Date,
): Promise<void> {
  await queries
    .updateTable("identities")
    .set({ email: profile.email, email_verified: profile.emailVerified, signed_in_at: now })
    .where("issuer", "=", profile.issuer)
    .where("subject", "=", profile.subject)
    .execute();
  const changes = {
    ...(profile.name === null ? {} : { name: profile.name }),
    ...(profile.picture === null ? {} : { picture: profile.picture }),
    ...(profile.email !== null && profile.emailVerified ? { email: profile.email } : {}),
  };
  if (Object.keys(changes).length === 0) return;
  await queries.updateTable("users").set(changes).where("id", "=", userId).execute();
}

export async function setUserTime(
  queries: Queries,
  id: string,
  column: "disabled_at" | "deleted_at",
  time: Date | null,
): Promise<void> {
  await queries
    .updateTable("users")
    .set({ [column]: time })
    .where("id", "=", id)
    .execute();
}

function toUser(row: UsersTable): User {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    picture: row.picture,
    createdAt: row.created_at,
    disabledAt: row.disabled_at,
    deletedAt: row.deleted_at,
  };
}
