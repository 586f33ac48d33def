/** Things in the order in which they came, of which the newest is found without going through the others. */
export interface Newest<Item> {
  readonly size: number;
  add(item: Item): void;
  delete(item: Item): void;
  /** What came last, of what is still there. */
  newest(): Item | undefined;
}

const fewestGone = 16;

export function createNewest<Item>(): Newest<Item> {
  const present = new Set<Item>();
  // Also those that have gone, until half of them have: so each costs the same, whatever comes and goes.
  let order: Item[] = [];

  return {
    get size() {
      return present.size;
    },
    add(item) {
      present.add(item);
      order.push(item);
    },
    delete(item) {
      present.delete(item);
      if (order.length > 2 * present.size + fewestGone) order = [...present];
    },
    newest() {
      let last = order.at(-1);
      while (last !== undefined && !present.has(last)) {
        order.pop();
        last = order.at(-1);
      }
      return last;
    },
  };
}
