/** Parts of oidc-provider that its own types leave out: the adapter it has when none is given, and what that stores in. */
declare module "oidc-provider/lib/adapters/memory_adapter.js" {
  import type { Adapter } from "oidc-provider";

  const MemoryAdapter: new (kind: string, store: object) => Adapter;
  // biome-ignore lint/style/noDefaultExport: it is theirs
  export default MemoryAdapter;
}

declare module "oidc-provider/lib/helpers/lru.js" {
  // biome-ignore lint/style/noDefaultExport: it is theirs
  export default class LRU {
    constructor(options: { maxSize: number });
  }
}
