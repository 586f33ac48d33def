import type { Milliseconds } from "../../../packages/client/src/env.ts";
import type { NewestGrant } from "../../../packages/client/src/testing/virtual-server.ts";
import type { TestInstance } from "../../../packages/server/src/testing/instance.ts";

/** What the tables say about the people of a world, as of the last request. */
export interface EngineFacts {
  /** Whether nothing of the session can be refreshed any more. */
  isOver(sid: string): boolean;
  newestGrantOf(userId: string): NewestGrant | null;
  /** Reads the tables anew. */
  learn(at: Milliseconds): Promise<void>;
}

interface GrantLine {
  readonly id: string;
  readonly sid: string;
  readonly user_id: string;
  readonly generation: number;
  readonly is_ended: boolean;
  readonly ends_at: Date;
}

const statement = `
  select grants.id, session_id as sid, grants.user_id, generation,
    sessions.revoked_at is not null or grants.revoked_at is not null as is_ended,
    least(grants.idle_expires_at, grants.expires_at) as ends_at
  from grants join sessions on sessions.id = session_id
  where grants.user_id = any ($1::uuid[])
  order by grants.id`;

export function createEngineFacts(instance: TestInstance, userIds: () => readonly string[]): EngineFacts {
  let grants: readonly GrantLine[] = [];
  let latest = 0;
  const isOpen = ({ is_ended, ends_at }: GrantLine) => !is_ended && ends_at.getTime() > latest;
  return {
    isOver: (sid) => !grants.some((grant) => grant.sid === sid && isOpen(grant)),
    newestGrantOf: (userId) => grants.findLast((grant) => grant.user_id === userId) ?? null,
    async learn(at) {
      latest = Math.max(latest, at);
      grants = await instance.sql<GrantLine & Record<string, unknown>>(statement, [userIds()]);
    },
  };
}
