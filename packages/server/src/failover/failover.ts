import type { Clock } from "../clock/clock.ts";
import type { Events, LifecycleEvent } from "../events/index.ts";
import { runPeriodically } from "../jobs/periodic.ts";
import type { Logger } from "../logging/logger.ts";
import type { Database } from "../storage/database.ts";
import { createRevocationBook, type Ending } from "./revocation-book.ts";
import { type Epoch, look, recordEpoch } from "./store.ts";

// How late a node that is asked nothing notices a promotion.
const lookEveryMs = 1_000;
// Longer than an asynchronous replica lags that anybody would promote.
const rememberMs = 3_600_000;
// About 20 MB.
const maximumEndings = 100_000;

export interface FailoverDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onError: (error: unknown) => void;
}

export interface FollowDeps {
  readonly events: Events;
  /** Ends what is still alive of this, in the database as it is now, with events that say why. */
  readonly endAgain: (endings: readonly Ending[]) => Promise<void>;
}

/** A node's knowledge of the database's epoch, and its memory of what ended. */
export interface Failover {
  /** The epoch that this node has entered: the only one in which it judges. */
  readonly epoch: Epoch;
  /**
   * Enters the epoch of a timeline that the database was found on: ends again what this node knows to have ended before.
   * Callers share one entering.
   *
   * @throws whatever the database does; the node then stays where it was, and judges nothing
   */
  enter(timeline: string): Promise<void>;
  /** Notes what has ended and is committed. */
  note(endings: readonly Ending[], timeline: string): void;
  /** Notes the endings among lines of the log, when what it returns is called: after their commit. */
  noteAppended(events: readonly LifecycleEvent[]): () => void;
  /** Whether this node knows that a session or a grant has ended, whatever the database says. */
  hasEnded(id: string): boolean;
  /** Begins to read what other nodes end, and to look out for promotions. */
  follow(deps: FollowDeps): Promise<void>;
  close(): Promise<void>;
}

export async function createFailover({ database, clock, logger, onError }: FailoverDeps): Promise<Failover> {
  const book = createRevocationBook({ clock, rememberMs, maximum: maximumEndings });
  let endAgain: FollowDeps["endAgain"] = async () => {};
  let epoch: Epoch = { timeline: "", promotedAt: null };
  let entering: Promise<void> | null = null;
  let readFrom = 0n;
  let looking: Promise<void> = Promise.resolve();
  let stop = async () => {};

  async function endMissing(timeline: string): Promise<void> {
    const missing = book.missingOn(timeline);
    if (missing.length === 0) return;
    await endAgain(missing);
    book.note(missing, timeline);
  }

  async function enterOnce(timeline: string): Promise<void> {
    const entered = await recordEpoch(database, timeline, new Date(clock.now()));
    await endMissing(timeline);
    if (epoch.timeline !== "") {
      logger.warn({ from: epoch.timeline, to: timeline }, "the database was promoted; what had ended was ended again");
    }
    epoch = entered;
    // Transactions are counted anew from where the replica was.
    readFrom = 0n;
  }

  function enter(timeline: string): Promise<void> {
    if (timeline === epoch.timeline) return Promise.resolve();
    entering ??= enterOnce(timeline).finally(() => {
      entering = null;
    });
    return entering;
  }

  async function lookOnce(): Promise<void> {
    const since = new Date(clock.now() - rememberMs);
    const found = await look(database.urgent, { from: readFrom, since, limit: maximumEndings });
    if (found.timeline === null) return;
    const isSame = found.timeline === epoch.timeline;
    book.note(found.endings, found.timeline);
    if (isSame) readFrom = found.readOn;
    await enter(found.timeline);
    // What was committed on the old primary and heard of only after this node had left it.
    await endMissing(epoch.timeline);
  }

  // One after the other: a hint that comes while the database is read is for what may not have been there yet.
  let isWaiting = false;
  function lookNext(): Promise<void> {
    if (isWaiting) return looking;
    isWaiting = true;
    looking = looking
      .catch(() => undefined)
      .then(() => {
        isWaiting = false;
        return lookOnce();
      });
    return looking;
  }

  await lookNext();
  return {
    get epoch() {
      return epoch;
    },
    enter,
    note: book.note,
    noteAppended(events) {
      const endings = events.flatMap(toEndings);
      const { timeline } = epoch;
      return () => book.note(endings, timeline);
    },
    hasEnded: book.has,
    async follow(deps) {
      endAgain = deps.endAgain;
      const stopListening = deps.events.onAnnounced(() => void lookNext().catch(onError));
      const work = runPeriodically({ everyMs: lookEveryMs, work: lookNext, onError });
      stop = async () => {
        stopListening();
        await work.stop();
        await looking.catch(() => undefined);
      };
    },
    close: () => stop(),
  };
}

function toEndings({ type, sessionId, grantId, data }: LifecycleEvent): Ending[] {
  const reason = data?.reason as Ending["reason"] | undefined;
  if (reason === undefined) return [];
  if (type === "session.revoked" && sessionId) return [{ subject: "session", id: sessionId, reason }];
  if (type === "grant.revoked" && grantId) return [{ subject: "grant", id: grantId, reason }];
  return [];
}
