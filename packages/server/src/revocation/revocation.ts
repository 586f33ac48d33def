import type { RevocationAnswer, RevokedReason } from "@holdfast/protocol";
import type { Accounts } from "../accounts/index.ts";
import type { Clients } from "../clients/index.ts";
import type { EndOrigin, Grants } from "../grants/index.ts";
import { AppError } from "../http/app-error.ts";
import type { Sessions } from "../sessions/index.ts";
import type { Database } from "../storage/database.ts";
import type { Users } from "../users/index.ts";

/** What can be ended as one. */
export const revocationKinds = ["session", "grant", "user", "account", "client"] as const;

export interface RevocationTarget {
  readonly kind: (typeof revocationKinds)[number];
  readonly id: string;
}

export interface RevocationDeps {
  readonly database: Database;
  readonly accounts: Accounts;
  readonly clients: Clients;
  readonly grants: Grants;
  readonly sessions: Sessions;
  readonly users: Users;
}

export interface Revocation {
  /**
   * Ends what lives of this now, and answers once all of it has ended: no refresh succeeds from then on. It keeps nobody
   * from signing in again; who must stay out is disabled, and what must, closed. Ending twice is no error.
   *
   * @throws AppError `revocation_target_unknown`, and whatever the database does: some may have ended then, and the same
   * again ends the rest
   */
  end(target: RevocationTarget, reason: RevokedReason, origin: EndOrigin): Promise<RevocationAnswer["revoked"]>;
}

export function createRevocation(deps: RevocationDeps): Revocation {
  const { accounts, clients, grants, sessions, users } = deps;
  const { queries } = deps.database.urgent;

  async function assertKnown({ kind, id }: RevocationTarget): Promise<void> {
    const isKnown = {
      session: async () => (await sessions.find(id, queries)) !== null,
      grant: async () => (await grants.find(id, queries)) !== null,
      user: async () => (await users.find(id, queries)) !== null,
      account: () => accounts.exists(id, queries),
      // Also one that is configured no more may have left grants: that shows when they are looked for.
      client: async () => true,
    }[kind];
    if (!(await isKnown())) throw unknown({ kind, id });
  }

  async function endClient(id: string, reason: RevokedReason, origin: EndOrigin): Promise<number> {
    const ended = await grants.endAll({ clientId: id }, reason, origin);
    if (ended === 0 && !clients.find(id)) throw unknown({ kind: "client", id });
    return ended;
  }

  return {
    async end(target, reason, origin) {
      await assertKnown(target);
      const { kind, id } = target;
      switch (kind) {
        case "session":
        case "user": {
          const ended = await sessions.revoke(kind === "user" ? { userId: id } : { id }, reason, origin);
          return { sessions: ended.sessionIds.length, grants: ended.grants };
        }
        case "grant":
          return { sessions: 0, grants: (await grants.endOne(id, reason, origin)) ? 1 : 0 };
        case "account":
          return { sessions: 0, grants: await grants.endAll({ accountId: id }, reason, origin) };
        case "client":
          return { sessions: 0, grants: await endClient(id, reason, origin) };
      }
    },
  };
}

const unknown = ({ kind, id }: RevocationTarget) =>
  new AppError("revocation_target_unknown", `There is no ${kind} ${id}.`);
