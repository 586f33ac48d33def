import type { KeyVault, VaultEntry } from "../env.ts";

/** The IndexedDB of the app's origin: one for all tabs, and it outlives them. */
export interface VirtualVault {
  readonly vault: KeyVault;
  failWrites(isFailing: boolean): void;
  clear(): void;
}

export function createVirtualVault(): VirtualVault {
  const entries = new Map<string, VaultEntry>();
  let isFull = false;
  return {
    vault: {
      read: async (name) => entries.get(name) ?? null,
      async write(name, entry) {
        if (isFull) throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
        entries.set(name, entry);
      },
      async remove(name) {
        entries.delete(name);
      },
    },
    failWrites(isFailing) {
      isFull = isFailing;
    },
    clear: () => entries.clear(),
  };
}
