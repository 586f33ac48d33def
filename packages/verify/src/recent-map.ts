/** Remembers what was used lately, and no more than so much of it. */
export interface RecentMap<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
}

/**
 * Makes an empty one in two halves: what is used goes to the young half; when that is full, it becomes the old one, and
 * what was in the old one, not used since, is forgotten at once.
 */
export function createRecentMap<Value>({ maxEntries }: { readonly maxEntries: number }): RecentMap<Value> {
  let young = new Map<string, Value>();
  let old = new Map<string, Value>();

  function set(key: string, value: Value): void {
    if (young.size >= maxEntries / 2 && !young.has(key)) {
      old = young;
      young = new Map();
    }
    old.delete(key);
    young.set(key, value);
  }

  return {
    get(key) {
      const recent = young.get(key);
      if (recent !== undefined) return recent;
      const value = old.get(key);
      if (value !== undefined) set(key, value);
      return value;
    },
    set,
  };
}
