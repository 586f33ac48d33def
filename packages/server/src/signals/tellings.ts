import { type Deliveries, toTelling } from "../deliveries/index.ts";
import type { MessageTold, TellableEvent } from "../events/index.ts";
import type { Database } from "../storage/database.ts";
import { originOf } from "./set.ts";
import { listStreams } from "./store.ts";

export interface TellingsDeps {
  readonly database: Database;
  readonly queue: Pick<Deliveries, "historiesOf">;
}

/** Finds what became of the SETs that tell receivers of events. Of a stream that was removed nothing is known. */
export function createFindTellings({ database, queue }: TellingsDeps) {
  return async (events: readonly TellableEvent[]): Promise<MessageTold[]> => {
    if (events.length === 0) return [];
    const streams = new Map((await listStreams(database.queries)).map((stream) => [stream.id, stream]));
    const eventIds = new Map(
      [...streams.keys()].flatMap((streamId) =>
        events.map((event) => [originOf(event, streamId).jti, { streamId, eventId: event.id }] as const),
      ),
    );
    const messages = [...eventIds].map(([messageId, { streamId }]) => ({ destinationId: streamId, messageId }));
    return (await queue.historiesOf(messages)).flatMap((history) => {
      const stream = streams.get(history.destinationId);
      const eventId = eventIds.get(history.messageId)?.eventId;
      if (!stream || eventId === undefined) return [];
      const receiver = { id: stream.id, name: stream.serviceId };
      return [toTelling(history, { channel: "signals", receiver, eventIds: [eventId] })];
    });
  };
}
