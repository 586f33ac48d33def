/**
 * Holdfast on the app's server: who asks, in server components and route handlers, and the addresses below `/auth`. The
 * app's server is the client of Holdfast; its browsers hold nothing but encrypted cookies.
 *
 * @packageDocumentation
 */
export type { Auth } from "../session/auth.ts";
export type { HoldfastEvent } from "../settings/events.ts";
export type { HoldfastOptions } from "../settings/options.ts";
export { createHoldfast, type Holdfast } from "./holdfast.ts";
export type { AuthHandler } from "./with-auth.ts";
