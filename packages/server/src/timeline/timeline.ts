import type { SessionTimeline, TimelineEntry } from "@holdfast/protocol";
import type { Clock } from "../clock/clock.ts";
import type { NewsSource } from "../events/index.ts";
import type { Session, Sessions } from "../sessions/index.ts";
import type { Database } from "../storage/database.ts";
import type { Users } from "../users/index.ts";
import { describe } from "./describe.ts";
import type { Scene } from "./description.ts";
import { type Ending, endingOf } from "./ending.ts";
import { type TimelineLine, textOf, verdictOf } from "./line.ts";
import { tellNews, withNews } from "./news.ts";
import type { Viewer } from "./news-data.ts";
import { readLines } from "./store.ts";
import { explainAbsolute, explainIdle, summarize } from "./summary.ts";

export interface TimelineDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly sessions: Sessions;
  readonly users: Users;
  /** The providers people sign in with now, and what they are called. */
  readonly providers: { all(): readonly { readonly id: string; readonly name: string }[] };
  /** Whoever tells others of ends. */
  readonly news: readonly NewsSource[];
}

export interface Timeline {
  /** Tells what happened to any session; null when there is none with that id, or it was removed long after its end. */
  explain(sessionId: string): Promise<SessionTimeline | null>;
  /**
   * The same for the user whose session it is, and without the names of services, nodes and receivers. Of anybody else's
   * session it does not even tell that it exists.
   */
  explainOwn(userId: string, sessionId: string): Promise<SessionTimeline | null>;
}

type Story = Omit<Scene, "earlier">;

export function createTimeline({ database, clock, sessions, users, providers, news }: TimelineDeps): Timeline {
  async function tell(session: Session, viewer: Viewer): Promise<SessionTimeline> {
    const [user, read] = await Promise.all([users.find(session.userId), readLines(database, session.id)]);
    const { isCut } = read;
    const lines = viewer === "operator" ? read.lines : read.lines.map(withoutService);
    const now = new Date(clock.now());
    const ending = endingOf(session, now);
    const story: Story = {
      session,
      person: user?.name ?? user?.email ?? "the person",
      providerName: providers.all().find(({ id }) => id === session.provider)?.name ?? session.provider,
    };
    return {
      sid: session.id,
      user: { id: session.userId, name: user?.name ?? null },
      provider: session.provider,
      state: ending.state,
      summary: summarize({ ...story, lines, ending, now }),
      started_at: session.createdAt.toISOString(),
      last_used_at: session.lastUsedAt.toISOString(),
      idle_expires_at: session.idleExpiresAt.toISOString(),
      expires_at: session.expiresAt.toISOString(),
      ended_at: ending.at?.toISOString() ?? null,
      reason: ending.reason,
      entries: withNews(withRunningOut(tellLines(lines, story), story, ending), await tellNews(news, lines, viewer)),
      truncated: isCut || lines[0]?.type !== "session.started",
      server_time_ms: now.getTime(),
    };
  }

  async function explainFor(userId: string | null, sessionId: string): Promise<SessionTimeline | null> {
    const session = await sessions.find(sessionId);
    if (!session) return null;
    if (userId === null) return tell(session, "operator");
    return session.userId === userId ? tell(session, "owner") : null;
  }

  return {
    explain: (sessionId) => explainFor(null, sessionId),
    explainOwn: explainFor,
  };
}

/** An end without the service that asked for it: a back office is nobody's business but the operator's. */
function withoutService(line: TimelineLine): TimelineLine {
  const data = Object.fromEntries(Object.entries(line.data).filter(([name]) => name !== "service"));
  return { ...line, data };
}

function tellLines(lines: readonly TimelineLine[], story: Story): TimelineEntry[] {
  return lines.map((line, index) => {
    const { title, detail = null, severity } = describe(line, { ...story, earlier: lines.slice(0, index) });
    const verdict = verdictOf(line);
    return {
      at: line.at.toISOString(),
      type: line.type,
      ...(verdict === null ? {} : { verdict }),
      ...{ title, detail, severity },
      client: line.clientId,
      grant: line.grantId,
      address: textOf(line, "address"),
      user_agent: textOf(line, "user_agent"),
      request_id: line.requestId,
      data: line.data,
    };
  });
}

/** Puts the moment a session ran out among the lines. */
function withRunningOut(
  entries: readonly TimelineEntry[],
  story: Story,
  { state, at, reason }: Ending,
): TimelineEntry[] {
  if (state !== "expired" || at === null) return [...entries];
  const runningOut: TimelineEntry = {
    at: at.toISOString(),
    type: "session.expired",
    title:
      reason === "idle_limit"
        ? `Ran out: ${explainIdle(story)}`
        : `Ran out: it had reached its limit. ${explainAbsolute(story)}`,
    detail: null,
    severity: "ended",
    ...{ client: null, grant: null, address: null, user_agent: null, request_id: null },
    data: { reason },
  };
  // The log's own line comes some seconds after the end, or not at all; this one always, and at its moment.
  const others = entries.filter(({ type }) => type !== "session.expired");
  const after = others.findIndex((entry) => Date.parse(entry.at) >= at.getTime());
  return others.toSpliced(after === -1 ? others.length : after, 0, runningOut);
}
