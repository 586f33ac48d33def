import type { EventType } from "@holdfast/protocol";
import { sql } from "kysely";
import type { LogLine } from "../events/index.ts";
import type { Queries } from "../storage/database.ts";
import type { Endpoint } from "./endpoint.ts";
import type { SignatureScheme } from "./signature.ts";

/** An endpoint, and how it is doing. */
export interface EndpointStatus extends Endpoint {
  readonly pausedUntil: Date | null;
  readonly failingSince: Date | null;
  readonly failures: number;
  readonly disabledAt: Date | null;
  /** `gone`, `failing` or `operator`. */
  readonly disabledReason: string | null;
}

export async function insertEndpoint(queries: Queries, endpoint: Endpoint): Promise<void> {
  await queries
    .insertInto("webhook_endpoints")
    .values({
      id: endpoint.id,
      url: endpoint.url,
      description: endpoint.description,
      events: [...endpoint.events],
      clients: [...endpoint.clients],
      accounts: [...endpoint.accounts],
      created_at: endpoint.createdAt,
      hears_from: endpoint.hearsFrom,
    })
    .execute();
}

export async function setHearsFrom(queries: Queries, id: string, hearsFrom: Date): Promise<void> {
  await queries.updateTable("webhook_endpoints").set({ hears_from: hearsFrom }).where("id", "=", id).execute();
}

function selectEndpoints(queries: Queries) {
  return queries
    .selectFrom("webhook_endpoints as e")
    .innerJoin("delivery_destinations as d", "d.id", "e.id")
    .selectAll("e")
    .select(["d.paused_until", "d.failing_since", "d.failures", "d.disabled_at", "d.disabled_reason"]);
}

/** All endpoints, the oldest first. */
export async function listEndpoints(queries: Queries): Promise<EndpointStatus[]> {
  return (await selectEndpoints(queries).orderBy("e.id").execute()).map(toStatus);
}

/** Those that are to hear of what happens. */
export async function listEnabledEndpoints(queries: Queries): Promise<EndpointStatus[]> {
  return (await selectEndpoints(queries).where("d.disabled_at", "is", null).execute()).map(toStatus);
}

export async function findEndpoint(queries: Queries, id: string): Promise<EndpointStatus | null> {
  const row = await selectEndpoints(queries).where("e.id", "=", id).executeTakeFirst();
  return row ? toStatus(row) : null;
}

function toStatus(row: Awaited<ReturnType<ReturnType<typeof selectEndpoints>["execute"]>>[number]): EndpointStatus {
  return {
    id: row.id,
    url: row.url,
    description: row.description,
    events: row.events,
    clients: row.clients,
    accounts: row.accounts,
    createdAt: row.created_at,
    hearsFrom: row.hears_from,
    pausedUntil: row.paused_until,
    failingSince: row.failing_since,
    failures: row.failures,
    disabledAt: row.disabled_at,
    disabledReason: row.disabled_reason,
  };
}

export interface NewSecret {
  readonly id: string;
  readonly endpointId: string;
  readonly scheme: SignatureScheme;
  readonly sealedKey: Buffer;
  readonly createdAt: Date;
}

export async function insertSecret(queries: Queries, secret: NewSecret): Promise<void> {
  await queries
    .insertInto("webhook_secrets")
    .values({
      id: secret.id,
      endpoint_id: secret.endpointId,
      scheme: secret.scheme,
      sealed_key: secret.sealedKey,
      created_at: secret.createdAt,
    })
    .execute();
}

/** Sets the end of the secrets in force, and removes those that have ended. */
export async function expireSecrets(
  queries: Queries,
  endpointId: string,
  { now, expiresAt }: { readonly now: Date; readonly expiresAt: Date },
): Promise<void> {
  await queries
    .deleteFrom("webhook_secrets")
    .where("endpoint_id", "=", endpointId)
    .where("expires_at", "<=", now)
    .execute();
  await sql`
    update webhook_secrets set expires_at = least(expires_at, ${expiresAt})
    where endpoint_id = ${endpointId}`.execute(queries);
}

export interface StoredSecret {
  readonly scheme: SignatureScheme;
  readonly sealedKey: Buffer;
  readonly expiresAt: Date | null;
}

/** The secrets that sign, the newest first. */
export async function listSecrets(queries: Queries, endpointId: string, now: Date): Promise<StoredSecret[]> {
  const rows = await queries
    .selectFrom("webhook_secrets")
    .select(["scheme", "sealed_key", "expires_at"])
    .where("endpoint_id", "=", endpointId)
    .where((build) => build.or([build("expires_at", "is", null), build("expires_at", ">", now)]))
    .orderBy("id", "desc")
    .execute();
  return rows.map((row) => ({
    scheme: row.scheme as SignatureScheme,
    sealedKey: row.sealed_key,
    expiresAt: row.expires_at,
  }));
}

/** Which lines of the log to read again. */
export interface LineRange {
  readonly types: readonly EventType[];
  readonly from: Date;
  readonly to: Date;
}

const pageSize = 500;

/** A page of lines in the order of their times; `after` is the last of the page before. */
export async function readRange(queries: Queries, range: LineRange, after: LogLine | null): Promise<LogLine[]> {
  const rows = await queries
    .selectFrom("events")
    .selectAll()
    .where("at", ">=", range.from)
    .where("at", "<", range.to)
    .where("type", "=", sql<string>`any(${range.types}::text[])`)
    .where(sql<boolean>`(at, id) > (${after?.at ?? range.from}::timestamptz, ${after?.id ?? "0"}::bigint)`)
    .orderBy("at")
    .orderBy("id")
    .limit(pageSize)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    transactionId: row.transaction_id,
    at: row.at,
    type: row.type as EventType,
    sessionId: row.session_id,
    grantId: row.grant_id,
    userId: row.user_id,
    accountId: row.account_id,
    clientId: row.client_id,
    requestId: row.request_id,
    data: row.data,
  }));
}

export function isFullPage(lines: readonly LogLine[]): boolean {
  return lines.length === pageSize;
}
