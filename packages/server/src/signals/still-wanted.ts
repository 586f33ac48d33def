import type { Service } from "../services/index.ts";
import type { Queries } from "../storage/database.ts";
import { supportedEvents } from "./event-types.ts";
import { type About, findPermitted } from "./permitted.ts";
import type { SetClaims } from "./set.ts";
import { eventsDelivered, type Stream } from "./stream.ts";

/** Whether what was queued for a stream is still to be told it. */
export type IsStillWanted = (body: string) => boolean;

/**
 * Finds out what of some that was queued may still be told. What waits, waits for days: meanwhile the receiver may have
 * asked for less, and the configuration may have made fewer tokens its service's business. What is about the stream itself
 * is always told.
 */
export async function findStillWanted(
  queries: Queries,
  {
    stream,
    service,
    bodies,
  }: { readonly stream: Stream; readonly service: Service; readonly bodies: readonly string[] },
): Promise<IsStillWanted> {
  const delivered = eventsDelivered(stream);
  const isPermitted = await findPermitted(queries, [service], bodies.map(aboutWhom));
  return (body) => {
    const types = Object.keys(claimsOf(body).events);
    if (!types.some((type) => supportedEvents.includes(type))) return true;
    return types.every((type) => delivered.includes(type)) && isPermitted(service, aboutWhom(body));
  };
}

function claimsOf(body: string): SetClaims {
  return JSON.parse(body) as SetClaims;
}

function aboutWhom(body: string): About {
  const { session, user, tenant } = claimsOf(body).sub_id as {
    readonly session?: { readonly id: string };
    readonly user?: { readonly sub: string };
    readonly tenant?: { readonly id: string };
  };
  return { sessionId: session?.id ?? null, userId: user?.sub ?? null, accountId: tenant?.id ?? null };
}
