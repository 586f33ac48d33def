import type { MemberRole } from "@holdfast/protocol";
import type { Clock } from "../clock/clock.ts";
import { isUuid, uuidv7 } from "../crypto/uuid.ts";
import type { Events } from "../events/index.ts";
import type { Grants } from "../grants/index.ts";
import { AppError } from "../http/app-error.ts";
import type { Database, Queries } from "../storage/database.ts";
import {
  closeAccount,
  insertAccount,
  insertMember,
  isAccount,
  listMemberships,
  type Membership,
  touchMember,
} from "./store.ts";

export interface AccountsDeps {
  readonly database: Database;
  readonly events: Events;
  readonly clock: Clock;
  readonly grants: Grants;
}

export interface Accounts {
  /**
   * The accounts a person may sign in for, the last used first. A person with none gets one of their own; a person whose
   * every account is closed gets none.
   */
  open(queries: Queries, user: { readonly id: string; readonly name: string | null }): Promise<Membership[]>;
  create(account: { readonly name: string; readonly ownerId: string }): Promise<string>;
  addMember(accountId: string, userId: string, role: MemberRole): Promise<void>;
  /** Notes that the person signed in for this account, so that it is offered first. */
  noteSignIn(queries: Queries, accountId: string, userId: string): Promise<void>;
  /**
   * Ends every grant of the account and lets nobody in for it. Closing a closed account changes nothing.
   *
   * @throws AppError `invalid_request` when there is no such account
   */
  close(accountId: string, reason: string): Promise<void>;
}

/**
 * The account to sign in for: the one asked for, else the only one; null when the person has to choose.
 *
 * @throws AppError `account_closed`, `account_forbidden`
 */
export function chooseAccount(memberships: readonly Membership[], wanted: string | null): Membership | null {
  const open = memberships.filter(({ isClosed }) => !isClosed);
  if (wanted !== null) {
    const membership = memberships.find(({ id }) => id === wanted);
    if (!membership) throw new AppError("account_forbidden");
    if (membership.isClosed) throw new AppError("account_closed");
    return membership;
  }
  if (open.length === 0) throw new AppError("account_closed");
  return open.length === 1 ? (open[0] ?? null) : null;
}

export function createAccounts({ database, events, clock, grants }: AccountsDeps): Accounts {
  async function add(queries: Queries, name: string, ownerId: string): Promise<string> {
    const now = new Date(clock.now());
    const id = uuidv7(now.getTime());
    await insertAccount(queries, { id, name, now });
    await insertMember(queries, { accountId: id, userId: ownerId, role: "owner", now });
    await events.append(
      queries,
      { type: "account.created", accountId: id, userId: ownerId },
      { type: "member.added", accountId: id, userId: ownerId, data: { role: "owner" } },
    );
    return id;
  }

  return {
    async open(queries, user) {
      const memberships = await listMemberships(queries, user.id);
      if (memberships.length > 0) return memberships;
      const name = user.name ?? "Personal account";
      const id = await add(queries, name, user.id);
      return [{ id, name, role: "owner", isClosed: false, signedInAt: null }];
    },
    create: ({ name, ownerId }) => database.transaction((tx) => add(tx, name, ownerId)),
    async addMember(accountId, userId, role) {
      await database.transaction(async (tx) => {
        await insertMember(tx, { accountId, userId, role, now: new Date(clock.now()) });
        await events.append(tx, { type: "member.added", accountId, userId, data: { role } });
      });
    },
    noteSignIn: (queries, accountId, userId) => touchMember(queries, accountId, userId, new Date(clock.now())),
    async close(accountId, reason) {
      if (!isUuid(accountId) || !(await isAccount(database.queries, accountId))) {
        throw new AppError("invalid_request", `There is no account ${accountId}.`);
      }
      await database.transaction(async (tx) => {
        if (!(await closeAccount(tx, accountId, reason, new Date(clock.now())))) return;
        await events.append(tx, { type: "account.closed", accountId, data: { reason } });
        await grants.end(tx, { accountId }, "account_closed");
      });
      events.announce();
    },
  };
}
