import type { Deliveries } from "../deliveries/index.ts";
import type { LogLine } from "../events/index.ts";
import type { Database } from "../storage/database.ts";
import type { Endpoint } from "./endpoint.ts";
import { toDeliveries } from "./fan-out.ts";
import { typesWanted, wants } from "./filter.ts";
import { isFullPage, type LineRange, readRange } from "./store.ts";

// The log is found by time only roughly: a page reads its whole slice.
const sliceMs = 3_600_000;

export interface ReplayRange {
  readonly from: Date;
  /** Not including. */
  readonly to: Date;
}

/**
 * Sends everything anew that happened in a range and that an endpoint wants: what it was sent before, what it missed
 * while it was disabled, and what was before it was made. Each message has the id it had, so that a receiver that has
 * seen it can tell. Answers with how many are on their way that were not already.
 */
export async function replayRange(
  { database, deliveries }: { readonly database: Database; readonly deliveries: Deliveries },
  endpoint: Endpoint,
  { from, to }: ReplayRange,
): Promise<number> {
  const types = typesWanted([endpoint]);
  let count = 0;
  for (let start = from.getTime(); start < to.getTime(); start += sliceMs) {
    const slice = { types, from: new Date(start), to: new Date(Math.min(start + sliceMs, to.getTime())) };
    count += await replaySlice(slice);
  }
  return count;

  async function replaySlice(range: LineRange): Promise<number> {
    let sent = 0;
    let after: LogLine | null = null;
    for (;;) {
      const lines: LogLine[] = await readRange(database.queries, range, after);
      const wanted = lines.filter((line) => wants(endpoint, line));
      sent += await deliveries.resend(
        database.queries,
        wanted.flatMap((line) => toDeliveries([endpoint], line)),
      );
      if (!isFullPage(lines)) return sent;
      after = lines.at(-1) ?? null;
    }
  }
}
