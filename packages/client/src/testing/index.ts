/**
 * A world to test a client in: one computer, any number of tabs, a network that fails by script, and a server. It takes
 * no real time, and the same seed gives the same history.
 *
 * @packageDocumentation
 */
export { days, hours, minutes, seconds } from "./durations.ts";
export { type Fault, faults, type RequestMatch } from "./network-faults.ts";
export { createReferenceServer, type ReferenceServer, type ReferenceServerOptions } from "./reference-server/index.ts";
export type { RefreshRecord } from "./refresh-history.ts";
export { type Command, runSchedule } from "./schedules/index.ts";
export type { VirtualPage } from "./virtual-document.ts";
export type { ControlledServer, NewestGrant, ServerFacts, VirtualServer } from "./virtual-server.ts";
export type { VirtualTab } from "./virtual-tabs.ts";
export { createWorld, type World } from "./world.ts";
export { WorldFailed } from "./world-failed.ts";
export type { CreateClient, WorldOptions } from "./world-options.ts";
