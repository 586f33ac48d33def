import { createKit, type Kit } from "./kit.ts";
import { sharedMemory } from "./process-memory.ts";
import type { HoldfastOptions } from "./settings/options.ts";
import type { Environment } from "./settings/settings.ts";

// Next.js has it on both of its runtimes; the package itself needs no types of Node.js.
declare const process: { readonly env: Environment };

/** Makes the parts when they are first asked for. */
export function createLazyKit(options: HoldfastOptions): () => Kit {
  let kit: Kit | undefined;
  return () => {
    kit ??= createKit(options, { environment: process.env, memory: sharedMemory(), random: Math.random });
    return kit;
  };
}
