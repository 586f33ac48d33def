import type { Generated, JSONColumnType } from "kysely";

/** The types of the tables, as the migrations beside this file make them. A feature reads and writes only its own. */
export interface Tables {
  users: UsersTable;
  identities: IdentitiesTable;
  accounts: AccountsTable;
  members: MembersTable;
  sessions: SessionsTable;
  grants: GrantsTable;
  signin_attempts: SigninAttemptsTable;
  signin_codes: SigninCodesTable;
  signing_keys: SigningKeysTable;
  events: EventsTable;
  database_epochs: DatabaseEpochsTable;
  delivery_destinations: DeliveryDestinationsTable;
  deliveries: DeliveriesTable;
  delivery_attempts: DeliveryAttemptsTable;
  webhook_endpoints: WebhookEndpointsTable;
  webhook_secrets: WebhookSecretsTable;
  session_checks: SessionChecksTable;
  usage_reports: UsageReportsTable;
  usage_hours: UsageHoursTable;
  signal_streams: SignalStreamsTable;
  set_signing_keys: SigningKeysTable;
  feed_tellings: FeedTellingsTable;
  access_token_lifetimes: AccessTokenLifetimesTable;
}

export interface UsersTable {
  id: string;
  name: string | null;
  email: string | null;
  picture: string | null;
  created_at: Date;
  disabled_at: Date | null;
  deleted_at: Date | null;
}

export interface IdentitiesTable {
  issuer: string;
  subject: string;
  user_id: string;
  provider: string;
  email: string | null;
  email_verified: boolean;
  created_at: Date;
  signed_in_at: Date;
}

export interface AccountsTable {
  id: string;
  name: string;
  created_at: Date;
  closed_at: Date | null;
  closed_reason: string | null;
}

export interface MembersTable {
  account_id: string;
  user_id: string;
  role: string;
  created_at: Date;
  signed_in_at: Date | null;
}

export interface SessionsTable {
  id: string;
  user_id: string;
  provider: string;
  cookie_hash: Buffer;
  former_cookie_hash: Buffer | null;
  cookie_rotated_at: Date;
  user_agent: string | null;
  address: string | null;
  created_at: Date;
  authenticated_at: Date;
  idle_expires_at: Date;
  expires_at: Date;
  revoked_at: Date | null;
  revoked_reason: string | null;
}

export interface GrantsTable {
  id: string;
  handle_hash: Buffer;
  generation: number;
  used_at: Date | null;
  recent_rotations: Generated<Date[]>;
  attempt_hash: Buffer | null;
  binding: string | null;
  client_id: string;
  session_id: string;
  user_id: string;
  account_id: string;
  role: string;
  scope: string;
  resource: string[];
  authenticated_at: Date;
  created_at: Date;
  idle_expires_at: Date;
  expires_at: Date;
  revoked_at: Date | null;
  revoked_reason: string | null;
}

export interface SigninAttemptsTable {
  state_hash: Buffer;
  browser_hash: Buffer;
  provider: string;
  client_id: string;
  nonce: string;
  sealed_code_verifier: Buffer;
  return_to: string;
  account_id: string | null;
  client_state: string | null;
  code_challenge: string | null;
  created_at: Date;
  expires_at: Date;
  completed_at: Date | null;
  session_id: string | null;
}

export interface SigninCodesTable {
  code_hash: Buffer;
  client_id: string;
  session_id: string;
  account_id: string;
  code_challenge: string;
  expires_at: Date;
  redeemed_at: Date | null;
  grant_id: string | null;
}

export interface SigningKeysTable {
  id: string;
  algorithm: string;
  public_jwk: JSONColumnType<Record<string, string>>;
  sealed_private_key: Buffer;
  created_at: Date;
  activates_at: Date;
  retires_at: Date | null;
}

export interface DatabaseEpochsTable {
  timeline: string;
  promoted_at: Date | null;
}

export interface EventsTable {
  id: Generated<string>;
  transaction_id: Generated<string>;
  at: Date;
  type: string;
  session_id: string | null;
  grant_id: string | null;
  user_id: string | null;
  account_id: string | null;
  client_id: string | null;
  request_id: string | null;
  data: JSONColumnType<Record<string, unknown>>;
}

export interface DeliveryDestinationsTable {
  id: string;
  queue: string;
  created_at: Date;
  paused_until: Date | null;
  failing_since: Date | null;
  failures: Generated<number>;
  failing_told_at: Date | null;
  disabled_at: Date | null;
  disabled_reason: string | null;
}

export interface DeliveriesTable {
  id: string;
  destination_id: string;
  message_id: string;
  type: string;
  body: string;
  occurred_at: Date;
  created_at: Date;
  state: string;
  attempts: Generated<number>;
  step: Generated<number>;
  next_attempt_at: Date;
  finished_at: Date | null;
}

export interface DeliveryAttemptsTable {
  delivery_id: string;
  number: number;
  started_at: Date;
  duration_ms: number;
  outcome: string;
  status: number | null;
  error: string | null;
  answer: string | null;
}

export interface WebhookEndpointsTable {
  id: string;
  url: string;
  description: string | null;
  events: string[];
  clients: string[];
  accounts: string[];
  created_at: Date;
  hears_from: Date;
}

export interface AccessTokenLifetimesTable {
  seconds: number;
  used_at: Date;
}

export interface WebhookSecretsTable {
  id: string;
  endpoint_id: string;
  scheme: string;
  sealed_key: Buffer;
  created_at: Date;
  expires_at: Date | null;
}

export interface SessionChecksTable {
  session_id: string;
  check_at: Date;
}

export interface UsageReportsTable {
  service_id: string;
  report_id: string;
  received_at: Date;
}

export interface UsageHoursTable {
  hour: Date;
  service_id: string;
  client_id: string;
  verdict: string;
  tokens: string;
}

export interface SignalStreamsTable {
  id: string;
  service_id: string;
  description: string | null;
  events_requested: string[];
  method: string;
  endpoint_url: string | null;
  sealed_authorization: Buffer | null;
  status: string;
  status_reason: string | null;
  verification_requested_at: Date | null;
  created_at: Date;
  hears_from: Date;
}

export interface FeedTellingsTable {
  at: Date;
  node: string;
  event_ids: string;
  services: JSONColumnType<Record<string, number>>;
  anonymous: number;
}
