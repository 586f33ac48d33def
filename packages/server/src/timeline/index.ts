/**
 * Timelines: what happened to a session, why it is over and who was told, in sentences. It reads the lifecycle log and a
 * session's limits, asks those who tell others for whom they told, and writes nothing; no other feature knows it.
 */
export { createTimelineRoutes } from "./routes.ts";
export type { Timeline, TimelineDeps } from "./timeline.ts";
export { createTimeline } from "./timeline.ts";
export { formatInstant, formatPast, formatSpan } from "./times.ts";
export { describeAgent } from "./user-agent.ts";
