import type { Follower } from "./followers.ts";

/** The open connections, of which there are so many at most, and whose they are. */
export interface Places extends Iterable<Follower> {
  readonly size: number;
  /**
   * Takes a place for somebody of this network; false where there is none. When all are taken, whoever has the most
   * gives one to those who have fewer: nobody can shut out the services that must hear of revocations.
   */
  take(follower: Follower, network: string): boolean;
  leave(follower: Follower): void;
}

export function createPlaces(maximum: number): Places {
  // In the order in which they came.
  const networks = new Map<Follower, string>();

  /** The newest connection of whoever would still have as many as the newcomer without it; null when nobody would. */
  function findSurplus(newcomer: string): Follower | null {
    const counts = new Map<string, number>();
    for (const network of networks.values()) counts.set(network, (counts.get(network) ?? 0) + 1);
    const most = Math.max(...counts.values());
    if ((counts.get(newcomer) ?? 0) + 1 >= most) return null;
    return [...networks].findLast(([, network]) => counts.get(network) === most)?.[0] ?? null;
  }

  return {
    [Symbol.iterator]: () => networks.keys(),
    get size() {
      return networks.size;
    },
    take(follower, network) {
      if (networks.size >= maximum) {
        const surplus = findSurplus(network);
        if (!surplus) return false;
        surplus.cut();
      }
      networks.set(follower, network);
      return true;
    },
    leave: (follower) => void networks.delete(follower),
  };
}
