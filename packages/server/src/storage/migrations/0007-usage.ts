/** What services said of tokens, by the hour; and which of their reports have been counted. */
export const usage = /* sql */ `
create table usage_reports (
  service_id text not null,
  report_id uuid not null,
  received_at timestamptz not null,
  primary key (service_id, report_id)
);
create index usage_reports_by_age on usage_reports (received_at);

create table usage_hours (
  hour timestamptz not null,
  service_id text not null,
  -- Empty where no client is known.
  client_id text not null,
  -- accepted, or the code of the refusal.
  verdict text not null,
  tokens bigint not null,
  primary key (hour, service_id, client_id, verdict)
) with (fillfactor = 85);
`;
