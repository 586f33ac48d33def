import type { KeyValueStorage } from "./env.ts";

/** Values by name; nothing of it throws. What storage does not take is kept in memory. */
export interface JsonStorage {
  /** Null for what is not there, cannot be read or is not JSON. */
  read(name: string): unknown;
  /** Writes, or removes for null. Answers whether it is stored. */
  write(name: string, value: unknown): boolean;
}

/** @param onFailure told of every write that failed */
export function createJsonStorage(
  storage: KeyValueStorage | null,
  prefix: string,
  onFailure: (cause: unknown) => void,
): JsonStorage {
  const unstored = new Map<string, unknown>();

  function readStored(name: string): unknown {
    try {
      return JSON.parse(storage?.read(prefix + name) ?? "null");
    } catch {
      return null;
    }
  }

  return {
    read: (name) => readStored(name) ?? unstored.get(name) ?? null,
    write(name, value) {
      unstored.set(name, value);
      try {
        if (value === null) storage?.remove(prefix + name);
        else storage?.write(prefix + name, JSON.stringify(value));
        // What is stored may be removed by another tab: no copy is kept of it.
        if (storage) unstored.delete(name);
        return storage !== null;
      } catch (cause) {
        onFailure(cause);
        return false;
      }
    },
  };
}

type Loose = Readonly<Record<string, unknown>>;

/** What was read: other code of the same origin, or a proxy, may have written anything. Empty for what is no object. */
export const asObject = (value: unknown): Loose =>
  typeof value === "object" && value !== null ? (value as Loose) : {};

export const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
