import type { Clock } from "../clock/clock.ts";
import { createEventReader, type Events } from "../events/index.ts";
import { type PeriodicWork, runPeriodically } from "../jobs/periodic.ts";
import type { Session, Sessions } from "../sessions/index.ts";
import type { Database, DatabaseTransaction } from "../storage/database.ts";
import { type ExpirySettings, firstCheckAt, type Plan, planFor } from "./plan.ts";
import { batchSize, insertChecks, lockDue, moveCheck, removeCheck } from "./store.ts";

const runEveryMs = 5_000;

export interface ExpiryDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly events: Events;
  readonly sessions: Pick<Sessions, "find">;
  readonly settings: ExpirySettings;
  readonly onError: (error: unknown) => void;
}

/** Writes down that sessions are about to run out, and that they have. */
export interface Expiry {
  /** Tells what there is to tell by now. */
  run(): Promise<void>;
  /** Does so every five seconds. */
  start(): void;
  close(): Promise<void>;
}

/**
 * Each session is looked at when it could be about to run out, and not before: about once in its idle limit, however
 * often it is used. What was told is noted in the same transaction: it is told once, whichever node looks.
 */
export function createExpiry({ database, clock, events, sessions, settings, onError }: ExpiryDeps): Expiry {
  const starts = createEventReader({
    database,
    clock,
    name: "session-expiry",
    wantedTypes: async () => ["session.started"],
    onLines: (tx, lines) =>
      insertChecks(
        tx,
        lines.flatMap(({ sessionId, at }) =>
          sessionId === null ? [] : [{ sessionId, checkAt: firstCheckAt(at, settings) }],
        ),
      ),
  });
  let work: PeriodicWork | null = null;

  async function runBatch(): Promise<number> {
    return database.transaction(async (tx) => {
      const due = await lockDue(tx, new Date(clock.now()));
      for (const sessionId of due) await look(tx, sessionId);
      return due.length;
    });
  }

  async function look(tx: DatabaseTransaction, sessionId: string): Promise<void> {
    const session = await sessions.find(sessionId, tx);
    if (!session) return removeCheck(tx, sessionId);
    const plan = planFor(session, { now: clock.now(), settings });
    if (plan.tell) await tell(tx, session, plan);
    if (!plan.checkAt) return removeCheck(tx, sessionId);
    await moveCheck(tx, { sessionId, checkAt: plan.checkAt });
  }

  async function tell(tx: DatabaseTransaction, { id, userId }: Session, { tell: what, end, reason }: Plan) {
    const about = { sessionId: id, userId };
    if (what === "expiring") {
      await events.append(tx, { ...about, type: "session.expiring", data: { ends_at: end, reason } });
    } else {
      await events.append(tx, { ...about, type: "session.expired", data: { ended_at: end, reason } });
    }
  }

  async function run(): Promise<void> {
    await starts.readOn();
    while ((await runBatch()) === batchSize);
  }

  return {
    run,
    start() {
      work = runPeriodically({ everyMs: runEveryMs, work: run, onError });
    },
    async close() {
      await work?.stop();
    },
  };
}
