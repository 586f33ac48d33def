import type { RefreshVerdict } from "@holdfast/protocol";
import type { Clock } from "../clock/clock.ts";
import type { Events } from "../events/index.ts";
import type { Epoch, Failover } from "../failover/index.ts";
import { AppError } from "../http/app-error.ts";
import type { Database, DatabaseTransaction, Queries } from "../storage/database.ts";
import { findGrant } from "./inspection-store.ts";
import { type Judged, type JudgedGrant, judge, type Presentation, type SpecialJudge } from "./store.ts";
import { moveGrant, statementsOf } from "./switching-store.ts";

/** Who may act for which account: accounts know. */
export interface Memberships {
  /**
   * A person's place in an open account, which neither changes nor ends until the transaction does; null where they have
   * none.
   */
  hold(queries: Queries, accountId: string, userId: string): Promise<{ readonly role: string } | null>;
  /** Notes that the person acts for this account, so that it is offered first. */
  noteSignIn(queries: Queries, accountId: string, userId: string): Promise<void>;
}

export interface SwitchingDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly events: Events;
  readonly failover: Pick<Failover, "epoch" | "enter" | "note">;
  readonly memberships: Memberships;
}

/** Switching accounts without a new sign-in: see decisions/0016-account-switch.md. */
export interface Switching {
  /**
   * Judges one presented token as any other, and lets the grant act for an account from the generation that this makes.
   *
   * @throws AppError `account_forbidden`, `refresh_superseded`; then nothing has happened to the grant
   */
  judgeFor(accountId: string): SpecialJudge;
}

/** Verdicts that answer with a generation which somebody has had before, together with its account. */
const repeats: readonly RefreshVerdict[] = ["replayed", "overlapped"];
const answered: readonly RefreshVerdict[] = ["rotated", "recovered", "renewed", ...repeats];

export function createSwitching({ database, clock, events, failover, memberships }: SwitchingDeps): Switching {
  /** Everything in one transaction, whose last lock is the grant's: as whoever changes a role or closes an account. */
  async function judgeWithin(
    tx: DatabaseTransaction,
    { accountId, epoch }: { readonly accountId: string; readonly epoch: Epoch },
    presentation: Presentation,
  ): Promise<Judged> {
    const grant = await findGrant(tx, presentation.grantId);
    const membership = grant && (await memberships.hold(tx, accountId, grant.userId));
    // Not sooner: a lock may have kept us waiting.
    const now = new Date(clock.now());
    const judged = await judge(statementsOf(tx), { now, epoch }, [presentation]);
    const [verdict] = judged.grants;
    // The refresh is judged first: about a token that is refused nobody learns which accounts its person has.
    if (!verdict || !isForAnother(verdict, accountId)) return judged;
    if (!membership) throw new AppError("account_forbidden");
    if (repeats.includes(verdict.verdict)) throw superseded();
    return { ...judged, grants: [await move(tx, verdict, { accountId, role: membership.role }, presentation)] };
  }

  async function move(
    tx: DatabaseTransaction,
    grant: JudgedGrant,
    to: { readonly accountId: string; readonly role: string },
    { requestId }: Presentation,
  ): Promise<JudgedGrant> {
    await moveGrant(tx, grant.id, to);
    await memberships.noteSignIn(tx, to.accountId, grant.user_id);
    await events.append(tx, {
      type: "grant.account_switched",
      sessionId: grant.session_id,
      grantId: grant.id,
      userId: grant.user_id,
      accountId: to.accountId,
      clientId: grant.client_id,
      requestId,
      data: { former: grant.account_id, role: to.role },
    });
    return { ...grant, account_id: to.accountId, role: to.role };
  }

  async function judgeAlone(accountId: string, presentation: Presentation): Promise<JudgedGrant | null> {
    const { deadline } = presentation;
    if (deadline !== null && clock.now() > deadline) throw new AppError("deadline_passed");
    const { epoch } = failover;
    const { timeline, grants } = await database.transaction((tx) =>
      judgeWithin(tx, { accountId, epoch }, presentation),
    );
    if (timeline !== epoch.timeline) {
      // Nothing was judged. What the lost tail took must be known before anything is.
      await failover.enter(timeline);
      throw new AppError("temporarily_unavailable", undefined, comeBackAtOnce);
    }
    const [grant] = grants;
    if (grant?.verdict === "reused") {
      failover.note([{ subject: "grant", id: grant.id, reason: "reuse_detected" }], timeline);
    }
    events.announce();
    return grant ?? null;
  }

  return {
    judgeFor: (accountId) => async (presentation, batched) => {
      const grant = await findGrant(database.queries, presentation.grantId);
      if (grant?.accountId !== accountId) return judgeAlone(accountId, presentation);
      // Clients that have switched once name the account each time: there is nothing to switch.
      const judged = await batched(presentation);
      // Since we looked, another tab has.
      if (judged && isForAnother(judged, accountId)) throw superseded();
      return judged;
    },
  };
}

/** Whether it is answered, and with a token for another account. */
function isForAnother({ verdict, account_id }: JudgedGrant, accountId: string): boolean {
  return answered.includes(verdict) && account_id !== accountId;
}

const superseded = () => new AppError("refresh_superseded", undefined, comeBackAtOnce);

/** With what the client has by then, there is nothing to wait for. */
const comeBackAtOnce = { retryAfterSeconds: 0 };
