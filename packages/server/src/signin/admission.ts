import { type Accounts, chooseAccount, type Membership } from "../accounts/index.ts";
import type { Client } from "../clients/index.ts";
import type { Grants, StartedGrant } from "../grants/index.ts";
import { AppError } from "../http/app-error.ts";
import type { RequestSource } from "../http/request-source.ts";
import type { Session, Sessions, SignedIn } from "../sessions/index.ts";
import type { Database, DatabaseTransaction } from "../storage/database.ts";
import { assertMaySignIn, type UpstreamProfile, type User, type Users } from "../users/index.ts";

export interface AdmissionDeps {
  readonly database: Database;
  readonly users: Users;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly grants: Grants;
}

export interface AccountEntry {
  readonly client: Client;
  readonly session: Session;
  readonly accountId: string;
  /** The thumbprint of the key whose possession the client proved. Default: none. */
  readonly jkt?: string | null | undefined;
  readonly source: RequestSource;
}

/** Who may come in: a provider's word becomes a session, and a session becomes a grant for one account. */
export interface Admission {
  /**
   * Finds or makes the user and begins their session. In a browser where the same person is already signed in, their
   * session goes on under a new cookie; anyone else's session there ends.
   *
   * @throws AppError `user_disabled`, `account_closed`
   */
  admit(profile: UpstreamProfile, current: Session | null, source: RequestSource): Promise<SignedIn>;
  /** The accounts a signed-in person may choose from. */
  memberships(session: Session): Promise<{ readonly user: User; readonly memberships: readonly Membership[] }>;
  /** @throws AppError `session_revoked`, `user_disabled`, `account_closed`, `account_forbidden` */
  enter(entry: AccountEntry): Promise<StartedGrant>;
  /** The same within the caller's transaction. */
  enterWithin(tx: DatabaseTransaction, entry: AccountEntry): Promise<StartedGrant>;
}

export function createAdmission({ database, users, accounts, sessions, grants }: AdmissionDeps): Admission {
  async function admitWithin(
    tx: DatabaseTransaction,
    profile: UpstreamProfile,
    current: Session | null,
    source: RequestSource,
  ): Promise<SignedIn> {
    const user = await users.signIn(tx, profile, source.requestId);
    assertMaySignIn(user);
    chooseAccount(await accounts.open(tx, user), null);
    if (current?.userId === user.id) {
      const goesOn = await sessions.reauthenticate(tx, current, source);
      if (goesOn) return goesOn;
    } else if (current) {
      await sessions.revokeWithin(tx, { id: current.id }, "replaced", source);
    }
    return sessions.start(tx, { userId: user.id, provider: profile.provider, source });
  }

  async function memberships(session: Session) {
    const user = await users.find(session.userId);
    if (!user) throw new AppError("user_disabled");
    assertMaySignIn(user);
    return { user, memberships: await database.transaction((tx) => accounts.open(tx, user)) };
  }

  async function enterWithin(tx: DatabaseTransaction, { client, session, accountId, jkt, source }: AccountEntry) {
    // The session's row is held first: a revocation either sees the grant started here, or keeps it from starting.
    if (!(await sessions.hold(tx, session.id))) throw new AppError("session_revoked");
    const open = await accounts.open(tx, { id: session.userId, name: null });
    const account = chooseAccount(open, accountId);
    if (!account) throw new AppError("account_forbidden");
    await accounts.noteSignIn(tx, account.id, session.userId);
    return grants.start(tx, { client, session, account, jkt, source });
  }

  return {
    admit: (profile, current, source) => database.transaction((tx) => admitWithin(tx, profile, current, source)),
    memberships,
    enter: (entry) => database.transaction((tx) => enterWithin(tx, entry)),
    enterWithin,
  };
}
