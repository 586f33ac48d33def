import { CompiledQuery } from "kysely";
import type { DatabaseTransaction, Queries } from "../storage/database.ts";
import type { Statements } from "./store.ts";

/** Runs statements as they stand within a transaction. */
export function statementsOf(tx: DatabaseTransaction): Statements {
  return {
    async execute<Row>(text: string, values: readonly unknown[] = []) {
      return (await tx.executeQuery<Row>(CompiledQuery.raw(text, [...values]))).rows;
    },
  };
}

/** Gives a grant another account, and the role that its person has there. The caller has judged it, and holds its row. */
export async function moveGrant(
  queries: Queries,
  id: string,
  { accountId, role }: { readonly accountId: string; readonly role: string },
): Promise<void> {
  await queries.updateTable("grants").set({ account_id: accountId, role }).where("id", "=", id).execute();
}
