import type { Clock } from "../clock/clock.ts";
import { isUuid, uuidv7 } from "../crypto/uuid.ts";
import type { Events } from "../events/index.ts";
import { AppError } from "../http/app-error.ts";
import type { Sessions } from "../sessions/index.ts";
import type { Database, Queries } from "../storage/database.ts";
import {
  findByEmail,
  findById,
  findLastIdentity,
  insertUser,
  lockByIdentity,
  setUserTime,
  touchIdentity,
  type UpstreamProfile,
  type User,
} from "./store.ts";

export interface UsersDeps {
  readonly database: Database;
  readonly events: Events;
  readonly clock: Clock;
  readonly sessions: Sessions;
}

export interface Users {
  /** The user of an upstream identity, made at the first sign-in. Never found by e-mail. */
  signIn(queries: Queries, profile: UpstreamProfile, requestId?: string): Promise<User>;
  find(id: string, queries?: Queries): Promise<User | null>;
  /** Users with this verified address; several are possible, since an address never says who somebody is. */
  findByEmail(email: string): Promise<User[]>;
  /** The identity a user last signed in with. */
  identityOf(id: string): Promise<UpstreamProfile | null>;
  /** Ends every session of the user and lets them in no more. */
  disable(id: string, requestId?: string): Promise<void>;
  enable(id: string, requestId?: string): Promise<void>;
  /** Ends every session and lets the user in no more, for good. */
  remove(id: string, requestId?: string): Promise<void>;
}

/** @throws AppError `user_disabled` when the person may not sign in */
export function assertMaySignIn(user: User): void {
  if (user.disabledAt !== null || user.deletedAt !== null) throw new AppError("user_disabled");
}

export function createUsers({ database, events, clock, sessions }: UsersDeps): Users {
  async function signIn(queries: Queries, profile: UpstreamProfile, requestId?: string): Promise<User> {
    const now = new Date(clock.now());
    const known = await lockByIdentity(queries, profile.issuer, profile.subject);
    if (known) {
      await touchIdentity(queries, profile, known.id, now);
      return (await findById(queries, known.id)) ?? known;
    }
    const user = await insertUser(queries, uuidv7(now.getTime()), profile, now);
    // Another tab of the same person was first: theirs is the one.
    if (!user) return signIn(queries, profile, requestId);
    await events.append(queries, {
      type: "user.created",
      userId: user.id,
      requestId,
      data: { provider: profile.provider, issuer: profile.issuer },
    });
    return user;
  }

  async function shutOut(id: string, column: "disabled_at" | "deleted_at", requestId?: string): Promise<void> {
    const reason = column === "disabled_at" ? "user_disabled" : "user_deleted";
    const type = column === "disabled_at" ? "user.disabled" : "user.deleted";
    await database.urgent.transaction(async (tx) => {
      await setUserTime(tx, id, column, new Date(clock.now()));
      await events.append(tx, { type, userId: id, requestId });
      await sessions.revokeWithin(tx, { userId: id }, reason, { requestId });
    });
    events.announce();
  }

  return {
    signIn,
    find: async (id, queries = database.queries) => (isUuid(id) ? findById(queries, id) : null),
    findByEmail: (email) => findByEmail(database.queries, email),
    identityOf: (id) => findLastIdentity(database.queries, id),
    disable: (id, requestId) => shutOut(id, "disabled_at", requestId),
    remove: (id, requestId) => shutOut(id, "deleted_at", requestId),
    async enable(id, requestId) {
      await database.transaction(async (tx) => {
        await setUserTime(tx, id, "disabled_at", null);
        await events.append(tx, { type: "user.enabled", userId: id, requestId });
      });
    },
  };
}
