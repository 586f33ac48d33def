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
  /**
   * Takes a place; false where there is none. Services come before everybody else. Among equals whoever has the most
   * gives one to those who have fewer: nobody can shut out the services that must hear of revocations.
   */
  take(occupant: Occupant, caller: Caller): boolean;
  leave(occupant: Occupant): void;
}

export function createPlaces(maximum: number): Places {
  // In the order in which they came.
  const callers = new Map<Occupant, Caller>();
  // By service: whoever asks at each news must not have to count thousands.
  const connections = new Map<string | null, number>();
  let audience: Audience | null = null;

  function count({ service }: Caller, change: 1 | -1): void {
    const now = (connections.get(service) ?? 0) + change;
    if (now > 0) connections.set(service, now);
    else connections.delete(service);
    audience = null;
  }

  function remove(occupant: Occupant): void {
    const caller = callers.get(occupant);
    if (!caller) return;
    callers.delete(occupant);
    count(caller, -1);
  }

  function findSurplus(newcomer: Caller): Occupant | null {
    const anonymous = [...callers].filter(([, { service }]) => service === null);
    if (newcomer.service === null) return newestOfMost(anonymous, ownCount(anonymous, newcomer) + 2);
    if (anonymous.length > 0) return newestOfMost(anonymous, 1);
    return newestOfMost([...callers], ownCount([...callers], newcomer) + 2);
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
      audience ??= toAudience(connections);
      return audience;
    },
    take(occupant, caller) {
      if (callers.size >= maximum) {
        const surplus = findSurplus(caller);
        if (!surplus) return false;
        remove(surplus);
        surplus.cut("displaced");
      }
      callers.set(occupant, caller);
      count(caller, 1);
      return true;
    },
    leave: remove,
  };
}

function toAudience(connections: ReadonlyMap<string | null, number>): Audience {
  const named = [...connections].filter((each): each is [string, number] => each[0] !== null);
  return { services: Object.fromEntries(named), anonymous: connections.get(null) ?? 0 };
}

type Seat = readonly [Occupant, Caller];

const ownerOf = ({ service, network }: Caller) => (service === null ? `network ${network}` : `service ${service}`);

function ownCount(seats: readonly Seat[], owner: Caller): number {
  return seats.filter(([, caller]) => ownerOf(caller) === ownerOf(owner)).length;
}

/** The newest connection of whoever has the most, and so many at least; null when nobody has. */
function newestOfMost(seats: readonly Seat[], atLeast: number): Occupant | null {
  const counts = new Map<string, number>();
  for (const [, caller] of seats) counts.set(ownerOf(caller), (counts.get(ownerOf(caller)) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  if (most < atLeast) return null;
  return seats.findLast(([, caller]) => counts.get(ownerOf(caller)) === most)?.[0] ?? null;
}
