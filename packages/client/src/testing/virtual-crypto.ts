import type { Scheduler } from "./scheduler.ts";

/**
 * The browser's Web Crypto, with virtual time standing still while it works: its promises settle in real time, on other
 * threads.
 */
export function createVirtualCrypto(scheduler: Scheduler): SubtleCrypto {
  return new Proxy(globalThis.crypto.subtle, {
    get(subtle, name) {
      const member: unknown = Reflect.get(subtle, name);
      if (typeof member !== "function") return member;
      return (...parameters: unknown[]) => {
        const work: Promise<unknown> = Reflect.apply(member, subtle, parameters);
        scheduler.hold(work);
        return work;
      };
    },
  });
}
