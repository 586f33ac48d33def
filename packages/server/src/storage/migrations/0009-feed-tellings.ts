/**
 * Whom each node's feed told of ends, for timelines.
 *
 * Older nodes beside this schema write nothing here: what they told is not known.
 */
export const feedTellings = /* sql */ `
create table feed_tellings (
  -- When the node had handed it to the connections.
  at timestamptz not null,
  node text not null,
  -- The events, by their numbers: those of one reading lie close together, and take little room as ranges.
  event_ids int8multirange not null,
  -- {"billing-api": 2}: connections of each service, and of nobody in particular.
  services jsonb not null,
  anonymous integer not null
);
create index feed_tellings_by_age on feed_tellings (at);
create index feed_tellings_by_event on feed_tellings using gist (event_ids);
`;
