import { AppError } from "../http/app-error.ts";
import { createOwners } from "./owners.ts";

/** Whose connection it is. */
export interface Caller {
  /** The service that proved who it is; null for anybody. */
  readonly service: string | null;
  /** The address, or what of it tells one caller from another. */
  readonly network: string;
}

/** How an open connection is served. */
export type FollowerKind = "stream" | "poll";

/** Why one ended: by itself, not reading, for somebody with a better claim to the place, or since this node stops. */
export type FollowerEnd = "left" | "slow" | "displaced" | "draining";

/** Somebody who has a place. */
export interface Occupant {
  readonly kind: FollowerKind;
  /** Ends the connection now: whoever does not read would never come to the stream's end. */
  cut(why: FollowerEnd): void;
}

/** Whose connections are open: how many of each service, and of nobody in particular. */
export interface Audience {
  readonly services: Readonly<Record<string, number>>;
  readonly anonymous: number;
}

/** The open connections, of which there are so many at most, and whose they are. */
export interface Places {
  readonly size: number;
  /** How many each has, of each kind. */
  counts(): readonly { readonly kind: FollowerKind; readonly service: string | null; readonly count: number }[];
  /** The same object as long as nobody comes or goes. */
  readonly audience: Audience;
  /** Whether there is a place for them, be it by taking one away from somebody else. */
  hasRoom(caller: Caller): boolean;
  /**
   * Takes a place; false where there is none. Services come before everybody else. Among equals whoever has the most
   * gives one to those who have fewer: nobody can shut out the services that must hear of revocations.
   */
  take(occupant: Occupant, caller: Caller): boolean;
  leave(occupant: Occupant): void;
}

export function createPlaces(maximum: number): Places {
  const callers = new Map<Occupant, Caller>();
  // Whoever is refused, which they are when there are thousands already, must not cost a look at each of them.
  const services = createOwners<Occupant>();
  const anonymous = createOwners<Occupant>();
  let audience: Audience | null = null;

  const kindOf = ({ service }: Caller) => (service === null ? anonymous : services);

  function remove(occupant: Occupant): void {
    const caller = callers.get(occupant);
    if (!caller) return;
    callers.delete(occupant);
    kindOf(caller).delete(ownerOf(caller), occupant);
    audience = null;
  }

  function findSurplus(newcomer: Caller): Occupant | undefined {
    if (newcomer.service !== null && anonymous.size > 0) return anonymous.newestOfMost(1);
    const equals = kindOf(newcomer);
    return equals.newestOfMost(equals.countOf(ownerOf(newcomer)) + 2);
  }

  return {
    get size() {
      return callers.size;
    },
    counts() {
      const counts = new Map<string, { kind: FollowerKind; service: string | null; count: number }>();
      for (const [{ kind }, { service }] of callers) {
        const count = counts.get(`${kind} ${service}`) ?? { kind, service, count: 0 };
        count.count += 1;
        counts.set(`${kind} ${service}`, count);
      }
      return [...counts.values()];
    },
    get audience() {
      // Only when somebody has come or gone: whoever asks at each news must not have to count thousands.
      audience ??= { services: Object.fromEntries(services.counts()), anonymous: anonymous.size };
      return audience;
    },
    hasRoom: (caller) => callers.size < maximum || findSurplus(caller) !== undefined,
    take(occupant, caller) {
      if (callers.size >= maximum) {
        const surplus = findSurplus(caller);
        if (!surplus) return false;
        remove(surplus);
        surplus.cut("displaced");
      }
      callers.set(occupant, caller);
      kindOf(caller).add(ownerOf(caller), occupant);
      audience = null;
      return true;
    },
    leave: remove,
  };
}

// Seconds: from so many, to twice as many, or they would all come back at once.
const comeBackAfter = 30;

/** The refusal of whoever finds no place. */
export function noPlace(): AppError {
  const retryAfterSeconds = comeBackAfter + Math.floor(Math.random() * (comeBackAfter + 1));
  return new AppError("rate_limited", "Too many services follow this node.", { retryAfterSeconds });
}

const ownerOf = ({ service, network }: Caller) => service ?? network;
