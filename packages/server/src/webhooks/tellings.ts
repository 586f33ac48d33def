import { type Deliveries, toTelling } from "../deliveries/index.ts";
import type { MessageTold, TellableEvent } from "../events/index.ts";
import type { Database } from "../storage/database.ts";
import { messageIdOf } from "./message.ts";
import { listEndpoints } from "./store.ts";

export interface TellingsDeps {
  readonly database: Database;
  readonly queue: Pick<Deliveries, "historiesOf">;
}

/** Finds what became of the messages that tell endpoints of events. Of an endpoint that was removed nothing is known. */
export function createFindTellings({ database, queue }: TellingsDeps) {
  return async (events: readonly TellableEvent[]): Promise<MessageTold[]> => {
    if (events.length === 0) return [];
    const endpoints = new Map((await listEndpoints(database.queries)).map((endpoint) => [endpoint.id, endpoint]));
    const eventIds = new Map(events.map((event) => [messageIdOf(event), event.id]));
    const messages = [...endpoints.keys()].flatMap((destinationId) =>
      [...eventIds.keys()].map((messageId) => ({ destinationId, messageId })),
    );
    return (await queue.historiesOf(messages)).flatMap((history) => {
      const endpoint = endpoints.get(history.destinationId);
      const eventId = eventIds.get(history.messageId);
      if (!endpoint || eventId === undefined) return [];
      const receiver = { id: endpoint.id, name: withoutQuery(endpoint.url) };
      return [toTelling(history, { channel: "webhook", receiver, eventIds: [eventId] })];
    });
  };
}

/** Some receivers want a secret there, and what is told of a session goes into tickets. */
function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
