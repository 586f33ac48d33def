/**
 * Timelines: what happened to a session and why it is over, in sentences. It reads the lifecycle log and a session's
 * limits, and writes nothing; no other feature knows it.
 */
export { createTimelineRoutes } from "./routes.ts";
export type { Timeline, TimelineDeps } from "./timeline.ts";
export { createTimeline } from "./timeline.ts";
export { formatInstant, formatPast, formatSpan } from "./times.ts";
export { describeAgent } from "./user-agent.ts";
