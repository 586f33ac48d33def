import type { Queries } from "../storage/database.ts";
import type { SignalStreamsTable } from "../storage/tables.ts";
import type { DeliveryMethod, Stream, StreamStatus } from "./stream.ts";

/** Makes a stream; false when the service has one. */
export async function insertStream(queries: Queries, stream: Stream): Promise<boolean> {
  const result = await queries
    .insertInto("signal_streams")
    .values({ id: stream.id, service_id: stream.serviceId, created_at: stream.createdAt, ...toColumns(stream) })
    .onConflict((conflict) => conflict.column("service_id").doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

/** What can change of a stream; what is missing stays. */
export type StreamChange = Partial<Omit<Stream, "id" | "serviceId" | "createdAt">>;

export async function updateStream(queries: Queries, id: string, change: StreamChange): Promise<void> {
  const columns = toColumns(change);
  if (Object.keys(columns).length === 0) return;
  await queries.updateTable("signal_streams").set(columns).where("id", "=", id).execute();
}

function toColumns(
  change: StreamChange & Stream,
): Omit<SignalStreamsTable, "id" | "service_id" | "created_at" | "verification_requested_at">;
function toColumns(change: StreamChange): Partial<SignalStreamsTable>;
function toColumns({ eventsRequested, method, ...change }: StreamChange): Partial<SignalStreamsTable> {
  const columns = {
    description: change.description,
    events_requested: eventsRequested && [...eventsRequested],
    method,
    endpoint_url: change.endpointUrl,
    sealed_authorization: change.sealedAuthorization,
    status: change.status,
    status_reason: change.statusReason,
    hears_from: change.hearsFrom,
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

export async function findStream(queries: Queries, id: string): Promise<Stream | null> {
  const row = await queries.selectFrom("signal_streams").selectAll().where("id", "=", id).executeTakeFirst();
  return row ? toStream(row) : null;
}

/** All streams, the oldest first. */
export async function listStreams(queries: Queries): Promise<Stream[]> {
  return (await queries.selectFrom("signal_streams").selectAll().orderBy("id").execute()).map(toStream);
}

export async function listStreamsOf(queries: Queries, serviceId: string): Promise<Stream[]> {
  const rows = await queries.selectFrom("signal_streams").selectAll().where("service_id", "=", serviceId).execute();
  return rows.map(toStream);
}

/** Notes that a verification was asked for; false when the last was asked for after a moment. */
export async function noteVerification(
  queries: Queries,
  id: string,
  { now, lastBefore }: { readonly now: Date; readonly lastBefore: Date },
): Promise<boolean> {
  const result = await queries
    .updateTable("signal_streams")
    .set({ verification_requested_at: now })
    .where("id", "=", id)
    .where((build) =>
      build.or([build("verification_requested_at", "is", null), build("verification_requested_at", "<=", lastBefore)]),
    )
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

function toStream(row: SignalStreamsTable): Stream {
  return {
    id: row.id,
    serviceId: row.service_id,
    description: row.description,
    eventsRequested: row.events_requested,
    method: row.method as DeliveryMethod,
    endpointUrl: row.endpoint_url,
    sealedAuthorization: row.sealed_authorization,
    status: row.status as StreamStatus,
    statusReason: row.status_reason,
    createdAt: row.created_at,
    hearsFrom: row.hears_from,
  };
}
