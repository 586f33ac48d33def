import type { RevokedReason } from "@holdfast/protocol";
import { sql } from "kysely";
import type { Queries } from "../storage/database.ts";

/** Which grants to end. */
export type GrantSelection =
  | { readonly id: string }
  /** Of an account: those that still are its own. */
  | { readonly ids: readonly string[]; readonly accountId?: string | undefined }
  | { readonly sessionIds: readonly string[] };

export interface EndedGrant {
  readonly id: string;
  readonly session_id: string;
  readonly user_id: string;
  readonly account_id: string;
  readonly client_id: string;
}

/** Ends the live grants of a selection. They are locked in the order of their ids, as a refresh locks them. */
export async function endGrants(
  queries: Queries,
  selection: GrantSelection,
  reason: RevokedReason,
  now: Date,
): Promise<EndedGrant[]> {
  const live = queries.selectFrom("grants").select("id").where("revoked_at", "is", null);
  const selected =
    "id" in selection
      ? live.where("id", "=", selection.id)
      : "ids" in selection
        ? live
            .where("id", "=", sql<string>`any(${selection.ids}::uuid[])`)
            .$if(selection.accountId !== undefined, (query) =>
              query.where("account_id", "=", selection.accountId ?? ""),
            )
        : live.where("session_id", "=", sql<string>`any(${selection.sessionIds}::uuid[])`);
  return queries
    .with("live", () => selected.orderBy("id").forNoKeyUpdate())
    .updateTable("grants")
    .from("live")
    .set({ revoked_at: now, revoked_reason: reason })
    .whereRef("grants.id", "=", "live.id")
    .returning(["grants.id", "grants.session_id", "grants.user_id", "grants.account_id", "grants.client_id"])
    .execute();
}

/** Which grants to end, where they may be very many. */
export type ManyGrants = { readonly accountId: string } | { readonly clientId: string };

// Rows that one look goes through: some milliseconds.
const windowSize = 10_000;
const beforeAll = "00000000-0000-0000-0000-000000000000";

interface Window {
  /** The live ones of the selection, in order. */
  readonly ids: string[];
  /** Where the next window begins; null when this was the last. */
  readonly last: string | null;
}

/**
 * The live grants of a selection, a window at a time, in the order of their ids. Nothing is locked, and nothing that was
 * there at the start is left out.
 */
export async function* findLiveGrants(queries: Queries, selection: ManyGrants): AsyncGenerator<string[]> {
  for (let last: string | null = beforeAll; last !== null; ) {
    const window: Window = await readWindow(queries, selection, last);
    if (window.ids.length > 0) yield window.ids;
    last = window.last;
  }
}

async function readWindow(queries: Queries, selection: ManyGrants, after: string): Promise<Window> {
  // An account's are found by their index. A client's are not: ending them all is an emergency, and an index would cost
  // every sign-in a little for ever. All grants are walked through instead, in the order in which they lie.
  const candidates =
    "accountId" in selection
      ? sql`select id, true as is_meant from grants
          where account_id = ${selection.accountId} and revoked_at is null and id > ${after}
          order by id limit ${windowSize}`
      : sql`select id, client_id = ${selection.clientId} and revoked_at is null as is_meant from grants
          where id > ${after} order by id limit ${windowSize}`;
  const { rows } = await sql<{ ids: string[]; last: string | null }>`
    with candidates as materialized (${candidates})
    select array(select id from candidates where is_meant order by id) as ids,
      (select id from candidates order by id offset ${windowSize - 1}) as last`.execute(queries);
  return rows[0] ?? { ids: [], last: null };
}
