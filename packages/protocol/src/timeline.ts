import type { EventType, RevokedReason } from "./events.ts";
import type { RefreshVerdict } from "./refresh.ts";

/** How much a line of a timeline matters: `warning` is for what should not happen, `ended` for what ended something. */
export type TimelineSeverity = "info" | "notice" | "warning" | "ended";

/** Who was told of an end, which no event says: followers of the feed, a webhook, a receiver of signals. */
export type TimelineNewsType = "news.feed" | "news.webhook" | "news.signals";

/** One thing that happened to a session, told so that a person can read it. Times are ISO 8601 in UTC. */
export interface TimelineEntry {
  readonly at: string;
  /** `session.expired` is written by nobody: it is told from the session's limits. Later versions have more types. */
  readonly type: EventType | "session.expired" | TimelineNewsType;
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
  /** The event's own data: what the sentences were made from. Of news, `TimelineFeedNews` or `TimelineMessageNews`. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** The `data` of `news.feed`: followers whom one node told of an end. Its names are for operators only. */
export interface TimelineFeedNews {
  /** Milliseconds from the end to when the node had handed the news to their connections. */
  readonly delay_ms: number;
  /** Connections. */
  readonly followers: number;
  /** Those of each service. */
  readonly services?: Readonly<Record<string, number>>;
  /** Those of nobody in particular. */
  readonly anonymous?: number;
  readonly node?: string;
}

/** The `data` of `news.webhook` and `news.signals`: what became of the message that tells one receiver of an end. */
export interface TimelineMessageNews {
  /** Milliseconds from the end to the receiver's answer; null while it has not taken the message. */
  readonly delay_ms: number | null;
  /** `stopped`: it waits, and nothing is sent there until an operator says so. */
  readonly state: "told" | "waiting" | "stopped" | "given_up";
  readonly attempts: number;
  /** For operators only, as is what follows: the endpoint or the stream. */
  readonly receiver?: string;
  /** An endpoint's address without its query; a service. */
  readonly name?: string;
  /** What the receiver answered: the HTTP status. */
  readonly status?: number | null;
  readonly error?: string | null;
  readonly next_attempt_at?: string | null;
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
