/**
 * Hears from the server when something happens to the session, while a tab is looked at: a revocation or a changed plan is
 * there at once, and not at the next refresh. Beside the core, which needs none of it.
 */
export { type FollowedClient, type FollowSessionOptions, followSession, type PushEnv } from "./follow-session.ts";
