import type { Clock } from "../clock/clock.ts";
import type { Collection, Deliveries, NewDelivery } from "../deliveries/index.ts";
import { createEventReader, type EventReader, type LogLine } from "../events/index.ts";
import type { Service, Services } from "../services/index.ts";
import type { Database, DatabaseTransaction } from "../storage/database.ts";
import { shortName, tokenClaimsChange } from "./event-types.ts";
import { findPermitted } from "./permitted.ts";
import { lineTypesFor, securityEventOf } from "./security-event.ts";
import { originOf, toDelivery } from "./set.ts";
import { listStreams } from "./store.ts";
import { eventsDelivered, type Stream } from "./stream.ts";

export interface FanOutDeps {
  readonly issuer: string;
  readonly database: Database;
  readonly clock: Clock;
  readonly services: Services;
  readonly queue: Deliveries;
  readonly collection: Collection;
}

interface Listener {
  readonly stream: Stream;
  readonly service: Service;
}

/** Makes SETs of new lines of the log, for every stream that is to hear of them. They commit with the reader's place. */
export function createFanOut({ issuer, database, clock, services, queue, collection }: FanOutDeps): EventReader {
  /** A stream whose service may hear no more, or is not there any more, rests. A disabled one hears nothing either. */
  async function listListeners(tx: DatabaseTransaction): Promise<Listener[]> {
    return (await listStreams(tx)).flatMap((stream) => {
      const service = services.find(stream.serviceId);
      const isListening = service?.may.has("signals") && stream.status !== "disabled";
      return service && isListening ? [{ stream, service }] : [];
    });
  }

  function deliveryOf({ stream }: Listener, line: LogLine): NewDelivery | null {
    const event = securityEventOf(issuer, line);
    if (!event || line.at < stream.hearsFrom || !eventsDelivered(stream).includes(event.eventType)) return null;
    const details = { issuer, stream, occurredAt: line.at, now: clock.now() };
    return toDelivery(event, { ...details, ...originOf(line, stream.id) });
  }

  return createEventReader({
    database,
    clock,
    name: "signals",
    async wantedTypes(tx) {
      const listeners = await listListeners(tx);
      return lineTypesFor([...new Set(listeners.flatMap(({ stream }) => eventsDelivered(stream)))]);
    },
    async onLines(tx, lines) {
      const listeners = await listListeners(tx);
      const services = listeners.map(({ service }) => service);
      const isPermitted = await findPermitted(tx, services, lines);
      for (const listener of listeners) {
        const permitted = lines.filter((line) => isPermitted(listener.service, line));
        await enqueue(
          tx,
          listener,
          permitted.map((line) => deliveryOf(listener, line)).filter((each) => each !== null),
        );
      }
    },
  });

  /**
   * Messages overtake each other, and of two changes of the same claims the first must not be the last that is heard: the
   * newest is all that is sent (SSF 1.0, section 8.1.2.1 allows it).
   */
  async function enqueue(tx: DatabaseTransaction, { stream }: Listener, made: readonly NewDelivery[]): Promise<void> {
    const type = shortName(tokenClaimsChange);
    const changes = new Map(made.filter((each) => each.type === type).map((each) => [subjectOf(each), each]));
    if (changes.size > 0) {
      const members = [...changes.keys()].map((subject) => ({ sub_id: JSON.parse(subject) as object }));
      await collection.withdraw(tx, { destinationId: stream.id, like: { type, members } });
    }
    await queue.enqueue(
      tx,
      made.filter((each) => each.type !== type || changes.get(subjectOf(each)) === each),
    );
  }
}

function subjectOf({ body }: NewDelivery): string {
  return JSON.stringify(JSON.parse(body).sub_id);
}
