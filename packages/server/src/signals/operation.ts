import type { Clock } from "../clock/clock.ts";
import type { Deliveries, DeliverySelection, LoggedAttempt, LoggedDelivery } from "../deliveries/index.ts";
import type { Events } from "../events/index.ts";
import { AppError } from "../http/app-error.ts";
import type { Database } from "../storage/database.ts";
import { streamUpdatedEvent, verificationEvent } from "./security-event.ts";
import { listStreams } from "./store.ts";
import type { Stream, StreamStatus } from "./stream.ts";
import type { StreamChanges } from "./streams.ts";

/** What the operator may do with anybody's stream. */
export interface StreamOperation {
  list(): Promise<Stream[]>;
  /** @throws AppError `stream_unknown`, as do all that name one */
  find(id: string): Promise<Stream>;
  /** Changes the status, and tells the receiver: of an end before it, of a beginning after it. */
  setStatus(id: string, status: StreamStatus, reason: string | null): Promise<Stream>;
  /** Sends a verification event that nobody asked for; answers with its `jti`. */
  verify(id: string): Promise<string>;
  remove(id: string): Promise<void>;
  /** The log of what was sent or waits, newest first. */
  deliveries(selection: DeliverySelection, limit: number): Promise<LoggedDelivery[]>;
  attempts(deliveryId: string): Promise<LoggedAttempt[]>;
  /** Sends anew what was given up; answers with how many. */
  resend(id: string): Promise<number>;
}

export interface StreamOperationDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly events: Events;
  readonly queues: Readonly<Record<Stream["method"], Deliveries>>;
}

// Longer than the attempt takes: nobody else makes it meanwhile.
const heldMs = 60_000;

export function createStreamOperation(deps: StreamOperationDeps, changes: StreamChanges): StreamOperation {
  const { database, clock, events, queues } = deps;

  async function find(id: string): Promise<Stream> {
    const stream = await changes.find(id);
    if (!stream) throw new AppError("stream_unknown", `There is no stream ${id}.`);
    return stream;
  }

  /** While the stream still works. A receiver that does not answer now hears of it when it asks. */
  async function tellBefore(stream: Stream, updated: Pick<Stream, "status" | "statusReason">): Promise<void> {
    const event = streamUpdatedEvent(stream, updated);
    const notBefore = new Date(clock.now() + heldMs);
    const jti = await database.transaction((tx) => changes.tell(tx, stream, event, notBefore));
    const queue = queues[stream.method];
    const [told] = await queue.list({ destinationId: stream.id, messageIds: [jti] }, 1);
    if (told) await queue.attemptNow(told.id);
  }

  return {
    list: () => listStreams(database.queries),
    find,
    async setStatus(id, status, statusReason) {
      const stream = await find(id);
      const updated = { status, statusReason };
      const isEnd = stream.status === "enabled" && status !== "enabled";
      if (isEnd && stream.method === "push") await tellBefore(stream, updated);
      await database.transaction(async (tx) => {
        await changes.setStatus(tx, stream, status, statusReason);
        const isTold = status !== stream.status && (stream.method === "poll" || status === "enabled");
        if (isTold) await changes.tell(tx, stream, streamUpdatedEvent(stream, updated));
      });
      events.announce();
      return { ...stream, ...updated };
    },
    async verify(id) {
      const stream = await find(id);
      const jti = await database.transaction((tx) => changes.tell(tx, stream, verificationEvent(id, undefined)));
      events.announce();
      return jti;
    },
    async remove(id) {
      const { method } = await find(id);
      await queues[method].removeDestination(database.queries, id);
      events.announce();
    },
    async deliveries(selection, limit) {
      const { method } = await find(selection.destinationId);
      return queues[method].list(selection, limit);
    },
    attempts: (deliveryId) => queues.push.attemptsOf(deliveryId),
    async resend(id) {
      const { method } = await find(id);
      const count = await queues[method].resendSelected({ destinationId: id, state: "failed" });
      if (count > 0) events.announce();
      return count;
    },
  };
}
