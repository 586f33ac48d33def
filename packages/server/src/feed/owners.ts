import { createNewest, type Newest } from "./newest.ts";

/** Whose connections are open, by how many each has. Nothing here takes longer the more there are. */
export interface Owners<Seat> {
  /** Connections of all together. */
  readonly size: number;
  countOf(owner: string): number;
  /** How many each has. */
  counts(): IterableIterator<readonly [owner: string, count: number]>;
  add(owner: string, seat: Seat): void;
  delete(owner: string, seat: Seat): void;
  /** The newest connection of whoever has the most, and so many at least. */
  newestOfMost(atLeast: number): Seat | undefined;
}

export function createOwners<Seat>(): Owners<Seat> {
  const seats = new Map<string, Newest<Seat>>();
  // Those who have one, two, … connections, each under that number.
  const withCount: Newest<string>[] = [];
  // One comes or goes at a time: the most changes by one at most, and is never looked for.
  let most = 0;
  let size = 0;

  function move(owner: string, from: number, to: number): void {
    withCount[from]?.delete(owner);
    if (to > 0) {
      withCount[to] ??= createNewest();
      withCount[to].add(owner);
    }
    if (to > most || (from === most && withCount[from]?.size === 0)) most = to;
    size += to - from;
  }

  return {
    get size() {
      return size;
    },
    countOf: (owner) => seats.get(owner)?.size ?? 0,
    *counts() {
      for (const [owner, { size }] of seats) yield [owner, size];
    },
    add(owner, seat) {
      const own = seats.get(owner) ?? createNewest();
      seats.set(owner, own);
      own.add(seat);
      move(owner, own.size - 1, own.size);
    },
    delete(owner, seat) {
      const own = seats.get(owner);
      if (!own) return;
      own.delete(seat);
      if (own.size === 0) seats.delete(owner);
      move(owner, own.size + 1, own.size);
    },
    newestOfMost(atLeast) {
      if (most === 0 || most < atLeast) return undefined;
      const owner = withCount[most]?.newest();
      return owner === undefined ? undefined : seats.get(owner)?.newest();
    },
  };
}
