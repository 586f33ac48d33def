/**
 * Holdfast in front of the app: `proxy.ts`, or `middleware.ts` before Next.js 16. Runs on Node.js and on edge runtimes.
 *
 * @packageDocumentation
 */

export { createProxy, type Proxy } from "./proxy/create-proxy.ts";
export type { ProxyOptions } from "./proxy/options.ts";
export type { Auth } from "./session/auth.ts";
export type { HoldfastEvent } from "./settings/events.ts";
export type { HoldfastOptions } from "./settings/options.ts";
