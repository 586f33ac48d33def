import type { EventType, RevokedReason } from "./events.ts";
import type { RefreshVerdict } from "./refresh.ts";

/** How much a line of a timeline matters: `warning` is for what should not happen, `ended` for what ended something. */
export type TimelineSeverity = "info" | "notice" | "warning" | "ended";

/** One thing that happened to a session, told so that a person can read it. Times are ISO 8601 in UTC. */
export interface TimelineEntry {
  readonly at: string;
  /** `session.expired` is written by nobody: it is told from the session's limits. */
  readonly type: EventType | "session.expired";
  /** What was decided, where a refresh token was presented. */
  readonly verdict?: RefreshVerdict;
  /** What happened, in a sentence. */
  readonly title: string;
  /** What else is known, what it means, what to do. */
  readonly detail: string | null;
  readonly severity: TimelineSeverity;
  readonly client: string | null;
  readonly grant: string | null;
  readonly address: string | null;
  readonly user_agent: string | null;
  readonly request_id: string | null;
  /** The event's own data: what the sentences were made from. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** What `GET /sessions/:sid/timeline` answers: what happened to a session, and why it is over. Times as above. */
export interface SessionTimeline {
  readonly sid: string;
  readonly user: { readonly id: string; readonly name: string | null };
  /** The provider's id. */
  readonly provider: string;
  /** `expired`: it ran out by itself. `ended`: somebody or something ended it. */
  readonly state: "live" | "ended" | "expired";
  /** Why the person was logged out; or until when the session lives. */
  readonly summary: string;
  readonly started_at: string;
  readonly last_used_at: string;
  /** It ends, or ended, then unless it is used before. */
  readonly idle_expires_at: string;
  /** It ends, or ended, then in any case. */
  readonly expires_at: string;
  readonly ended_at: string | null;
  readonly reason: RevokedReason | "idle_limit" | "absolute_limit" | null;
  /** In the order they happened. */
  readonly entries: readonly TimelineEntry[];
  /** Whether there is, or was, more: of long timelines only the newest, the sign-in and the end are told. */
  readonly truncated: boolean;
  /** The server's clock when it answered: milliseconds since 1970-01-01T00:00:00Z. */
  readonly server_time_ms: number;
}
