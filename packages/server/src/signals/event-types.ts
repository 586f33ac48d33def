/** A session has ended (CAEP 1.0, section 3.1). */
export const sessionRevoked = "https://schemas.openid.net/secevent/caep/event-type/session-revoked";
/** What tokens say of a person has changed (CAEP 1.0, section 3.2). */
export const tokenClaimsChange = "https://schemas.openid.net/secevent/caep/event-type/token-claims-change";
/** Sent on request, to see whether the stream works (SSF 1.0, section 8.1.4). */
export const verification = "https://schemas.openid.net/secevent/ssf/event-type/verification";
/** The stream has another status than its receiver asked for (SSF 1.0, section 8.1.5). */
export const streamUpdated = "https://schemas.openid.net/secevent/ssf/event-type/stream-updated";

/** What a receiver may request. The other two come unasked. */
export const supportedEvents: readonly string[] = [sessionRevoked, tokenClaimsChange];

/** The last part of an event type's URI: what logs and tables call it. */
export function shortName(eventType: string): string {
  return eventType.slice(eventType.lastIndexOf("/") + 1);
}
