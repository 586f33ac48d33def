import type { EventType } from "@holdfast/protocol";
import type { Clock } from "../clock/clock.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { afterCommit } from "../storage/after-commit.ts";
import type { Database, Queries } from "../storage/database.ts";
import { createHints } from "./hints.ts";

// A statement takes 65,535 parameters, and a line has nine: closing a large account writes more than fit into one.
const maximumRows = 1_000;

/** One line of the lifecycle log. */
export interface LifecycleEvent {
  readonly type: EventType;
  readonly sessionId?: string | undefined;
  readonly grantId?: string | undefined;
  readonly userId?: string | undefined;
  readonly accountId?: string | undefined;
  readonly clientId?: string | undefined;
  readonly requestId?: string | undefined;
  /** What else a reader needs to understand it. No secrets, no tokens. */
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface EventsDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly onError: (error: unknown) => void;
  /** Told of lines as they are written; what it answers with is called once they are committed. */
  readonly onAppended?: (events: readonly LifecycleEvent[]) => () => void;
}

/** The lifecycle log. */
export interface Events {
  /** Writes lines in the caller's transaction: a change and its event commit together or not at all. */
  append(queries: Queries, ...events: readonly LifecycleEvent[]): Promise<void>;
  /**
   * Says, after a commit, that there is something to read. Only a hint: readers find every line through their cursor
   * also without it, a little later.
   */
  announce(): void;
  /** Called at every hint, of this node or another. Returns the way to stop. */
  onAnnounced(listener: () => void): () => void;
  /** Whether other nodes' hints are heard just now. */
  readonly isListening: boolean;
  /** Waits until the last hint has gone out, and hears no more of them. */
  close(): Promise<void>;
}

export function createEvents({ database, clock, metrics, onError, onAppended }: EventsDeps): Events {
  const hints = createHints({ database, onError });
  const help =
    "Lines that this node wrote to the lifecycle log, by type; of an end, its reason. Refreshes count apart.";
  const written = metrics.counter("holdfast_lifecycle_events_total", help, ["type", "reason"]);

  return {
    async append(queries, ...events) {
      const at = new Date(clock.now());
      for (let first = 0; first < events.length; first += maximumRows) {
        const rows = events.slice(first, first + maximumRows).map((event) => toRow(event, at));
        await queries.insertInto("events").values(rows).execute();
      }
      const onCommit = onAppended?.(events);
      afterCommit(queries, () => {
        for (const event of events) written.inc({ type: event.type, reason: endReason(event) });
        onCommit?.();
      });
    },
    announce: hints.announce,
    onAnnounced: hints.onAnnounced,
    get isListening() {
      return hints.isListening;
    },
    close: hints.close,
  };
}

/** Why something ended: one of a closed list. */
function endReason({ type, data }: LifecycleEvent): string {
  return type === "session.revoked" || type === "grant.revoked" ? String(data?.["reason"] ?? "") : "";
}

function toRow(event: LifecycleEvent, at: Date) {
  return {
    at,
    type: event.type,
    session_id: event.sessionId ?? null,
    grant_id: event.grantId ?? null,
    user_id: event.userId ?? null,
    account_id: event.accountId ?? null,
    client_id: event.clientId ?? null,
    request_id: event.requestId ?? null,
    data: JSON.stringify(event.data ?? {}),
  };
}
