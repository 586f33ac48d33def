import type { KeyVault, VaultEntry } from "../env.ts";

const databaseName = "holdfast";
const storeName = "credentials";

/** Keeps keys in IndexedDB: the one place that takes a `CryptoKey` nobody can read out. */
export function openKeyVault(factory: IDBFactory): KeyVault {
  let opened: Promise<IDBDatabase> | null = null;

  function open(): Promise<IDBDatabase> {
    opened ??= new Promise((resolve, reject) => {
      const request = factory.open(databaseName, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(storeName);
      request.onerror = () => reject(request.error);
      request.onsuccess = () => {
        const database = request.result;
        // Another version of this code, or the browser, wants it: opened again when it is needed.
        database.onversionchange = () => database.close();
        database.onclose = forget;
        resolve(database);
      };
    });
    opened.catch(forget);
    return opened;
  }

  function forget(): void {
    opened = null;
  }

  async function run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const database = await open();
    return new Promise((resolve, reject) => {
      const transaction = begin(database, mode);
      const request = work(transaction.objectStore(storeName));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  }

  function begin(database: IDBDatabase, mode: IDBTransactionMode): IDBTransaction {
    try {
      return database.transaction(storeName, mode);
    } catch (error) {
      forget();
      throw error;
    }
  }

  return {
    read: async (name) => ((await run("readonly", (store) => store.get(name))) as VaultEntry | undefined) ?? null,
    write: async (name, entry) => void (await run("readwrite", (store) => store.put(entry, name))),
    remove: async (name) => void (await run("readwrite", (store) => store.delete(name))),
  };
}
