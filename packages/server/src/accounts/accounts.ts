import type { MemberRole } from "@holdfast/protocol";
import type { Clock } from "../clock/clock.ts";
import { isUuid, uuidv7 } from "../crypto/uuid.ts";
import type { Events } from "../events/index.ts";
import { type Grants, setGrantsRole } from "../grants/index.ts";
import { AppError } from "../http/app-error.ts";
import type { Database, Queries } from "../storage/database.ts";
import {
  closeAccount,
  holdRole,
  insertAccount,
  insertMember,
  isAccount,
  listMemberships,
  type Membership,
  touchMember,
  updateRole,
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
  exists(id: string, queries?: Queries): Promise<boolean>;
  /** A member's role in an open account, which neither changes nor ends until the transaction does; else null. */
  hold(queries: Queries, accountId: string, userId: string): Promise<{ readonly role: MemberRole } | null>;
  create(account: { readonly name: string; readonly ownerId: string }): Promise<string>;
  addMember(accountId: string, userId: string, role: MemberRole): Promise<void>;
  /**
   * Gives a member another role. Their next refresh carries it, and services that follow the feed hear that what the
   * tokens of before say has changed. The role that they have already changes nothing.
   *
   * @throws AppError `invalid_request` when there is no such member
   */
  changeRole(accountId: string, userId: string, role: MemberRole): Promise<void>;
  /** Notes that the person signed in for this account, or switched to it, so that it is offered first. */
  noteSignIn(queries: Queries, accountId: string, userId: string): Promise<void>;
  /**
   * Lets nobody in for the account, and ends every grant of it. Closing a closed account ends what a first attempt that
   * was broken off has left, and changes nothing else.
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
    exists: async (id, queries = database.queries) => isUuid(id) && isAccount(queries, id),
    async hold(queries, accountId, userId) {
      const role = isUuid(accountId) ? await holdRole(queries, accountId, userId) : null;
      return role === null ? null : { role };
    },
    create: ({ name, ownerId }) => database.transaction((tx) => add(tx, name, ownerId)),
    async addMember(accountId, userId, role) {
      await database.transaction(async (tx) => {
        await insertMember(tx, { accountId, userId, role, now: new Date(clock.now()) });
        await events.append(tx, { type: "member.added", accountId, userId, data: { role } });
      });
    },
    async changeRole(accountId, userId, role) {
      const isNobody = !isUuid(accountId) || !isUuid(userId);
      await database.transaction(async (tx) => {
        const former = isNobody ? undefined : await updateRole(tx, accountId, userId, role);
        if (former === undefined) {
          throw new AppError("invalid_request", `The user ${userId} is not a member of the account ${accountId}.`);
        }
        if (former === role) return;
        await setGrantsRole(tx, { accountId, userId }, role);
        await events.append(tx, { type: "member.role_changed", accountId, userId, data: { role, former } });
      });
      events.announce();
    },
    noteSignIn: (queries, accountId, userId) => touchMember(queries, accountId, userId, new Date(clock.now())),
    async close(accountId, reason) {
      if (!isUuid(accountId) || !(await isAccount(database.queries, accountId))) {
        throw new AppError("invalid_request", `There is no account ${accountId}.`);
      }
      await database.urgent.transaction(async (tx) => {
        if (!(await closeAccount(tx, accountId, reason, new Date(clock.now())))) return;
        await events.append(tx, { type: "account.closed", accountId, data: { reason } });
      });
      // Nobody comes in from here on. Also when it was closed before: whoever closed it may have been broken off here.
      await grants.endAll({ accountId }, "account_closed");
      events.announce();
    },
  };
}
