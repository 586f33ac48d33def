/** What all copies of this package in a process share, by name. */
export interface ProcessMemory {
  get<T>(name: string, create: () => T): T;
}

/**
 * Next.js bundles the proxy, the pages and the route handlers apart, each with a copy of this package: only the process
 * itself can tell them that a refresh is under way. The version is part of the key, for copies of other versions.
 */
const key = Symbol.for("@holdfast/next@0.1");

export function sharedMemory(): ProcessMemory {
  const place = globalThis as { [key]?: Map<string, unknown> };
  place[key] ??= new Map();
  const parts = place[key];
  return {
    get<T>(name: string, create: () => T): T {
      if (!parts.has(name)) parts.set(name, create());
      return parts.get(name) as T;
    },
  };
}
