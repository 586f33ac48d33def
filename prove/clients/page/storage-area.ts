import type { KeyValueStorage } from "@holdfast/client";

export interface StorageAreaDeps {
  readonly storage: KeyValueStorage;
  /** The keys that are held now; a storage that cannot be listed has none. */
  readonly keys: () => readonly string[];
}

/** `localStorage` or `sessionStorage`, as scripts see it: keys are properties too (`Object.keys(localStorage)`). */
export function createStorageArea({ storage, keys }: StorageAreaDeps): Storage {
  const methods: Storage = {
    get length() {
      return keys().length;
    },
    key: (index) => keys()[index] ?? null,
    getItem: (key) => storage.read(String(key)),
    setItem: (key, value) => storage.write(String(key), String(value)),
    removeItem: (key) => storage.remove(String(key)),
    clear() {
      for (const key of keys()) storage.remove(key);
    },
  };
  return new Proxy(methods, {
    get: (target, key) => (typeof key === "string" && !(key in target) ? storage.read(key) : Reflect.get(target, key)),
    set(_target, key, value) {
      storage.write(String(key), String(value));
      return true;
    },
    has: (target, key) => key in target || storage.read(String(key)) !== null,
    ownKeys: () => [...keys()],
    getOwnPropertyDescriptor: (_target, key) => ({
      value: storage.read(String(key)),
      writable: true,
      enumerable: true,
      configurable: true,
    }),
  });
}
