import type { Clock } from "../clock/clock.ts";
import type { Deliveries, NewDelivery } from "../deliveries/index.ts";
import { createEventReader, type EventReader, type LogLine } from "../events/index.ts";
import type { Database } from "../storage/database.ts";
import type { Endpoint } from "./endpoint.ts";
import { typesWanted, wants } from "./filter.ts";
import { messageOf } from "./message.ts";
import { listEnabledEndpoints } from "./store.ts";

export interface FanOutDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly deliveries: Deliveries;
}

/**
 * Makes messages of new lines of the log, for every endpoint that wants them. What no endpoint wants is not even read. The
 * messages commit with the reader's place: none is made twice, and none is missing.
 */
export function createFanOut({ database, clock, deliveries }: FanOutDeps): EventReader {
  return createEventReader({
    database,
    clock,
    name: "webhooks",
    wantedTypes: async (tx) => typesWanted(await listEnabledEndpoints(tx)),
    async onLines(tx, lines) {
      const endpoints = await listEnabledEndpoints(tx);
      await deliveries.enqueue(tx, messagesFor(endpoints, lines));
    },
  });
}

/** Every line for every endpoint that wants it. */
function messagesFor(endpoints: readonly Endpoint[], lines: readonly LogLine[]): NewDelivery[] {
  return lines.flatMap((line) => {
    const listening = endpoints.filter((endpoint) => line.at >= endpoint.hearsFrom && wants(endpoint, line));
    return toDeliveries(listening, line);
  });
}

/** One line for these endpoints. */
export function toDeliveries(endpoints: readonly Endpoint[], line: LogLine): NewDelivery[] {
  if (endpoints.length === 0) return [];
  const message = messageOf(line);
  const shared = { messageId: message.id, type: line.type, body: JSON.stringify(message), occurredAt: line.at };
  return endpoints.map(({ id }) => ({ ...shared, destinationId: id }));
}
