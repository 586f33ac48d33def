/** Lets so many pieces of work be done at a time; the others wait, in the order in which they came. */
export type Gate = <Result>(work: () => Promise<Result>) => Promise<Result>;

export function createGate({ places }: { readonly places: number }): Gate {
  let free = places;
  const waiting: (() => void)[] = [];

  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // A place is handed on, never free in between: nobody who comes now is faster than those who waited.
      if (next) next();
      else free += 1;
    }
  };
}
