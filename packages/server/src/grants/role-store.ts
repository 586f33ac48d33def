import type { Queries } from "../storage/database.ts";

/**
 * Gives a member's live grants for an account another role, so that the next refresh carries it. They are locked in the
 * order of their ids, as a refresh locks them; the caller holds the member's row, as whoever starts a grant does.
 */
export async function setGrantsRole(
  queries: Queries,
  { accountId, userId }: { readonly accountId: string; readonly userId: string },
  role: string,
): Promise<void> {
  await queries
    .with("live", (query) =>
      query
        .selectFrom("grants")
        .select("id")
        .where("account_id", "=", accountId)
        .where("user_id", "=", userId)
        .where("revoked_at", "is", null)
        .orderBy("id")
        .forUpdate(),
    )
    .updateTable("grants")
    .from("live")
    .set({ role })
    .whereRef("grants.id", "=", "live.id")
    .execute();
}
