import { sql } from "kysely";
import type { Queries } from "../storage/database.ts";

/** Whom the tokens of a person were for, under one session and for one account. */
export interface TokenAudience {
  readonly sessionId: string;
  readonly userId: string;
  readonly accountId: string;
  readonly audience: readonly string[];
}

/** Whom the tokens of these sessions and these people were for, as far back as grants are kept. */
export async function listTokenAudiences(
  queries: Queries,
  { sessionIds, userIds }: { readonly sessionIds: readonly string[]; readonly userIds: readonly string[] },
): Promise<TokenAudience[]> {
  const { rows } = await sql<{ session_id: string; user_id: string; account_id: string; resource: string[] }>`
    select session_id, user_id, account_id, resource from grants where session_id = any(${sessionIds}::uuid[])
    union
    select session_id, user_id, account_id, resource from grants where user_id = any(${userIds}::uuid[])
    `.execute(queries);
  return rows.map(({ session_id, user_id, account_id, resource }) => ({
    sessionId: session_id,
    userId: user_id,
    accountId: account_id,
    audience: resource,
  }));
}
