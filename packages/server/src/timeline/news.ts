import type { TimelineEntry, TimelineNewsType } from "@holdfast/protocol";
import type { MessageTold, NewsSource, Telling } from "../events/index.ts";
import { describeNews } from "./describe-news.ts";
import type { TimelineLine } from "./line.ts";
import { dataOfNews, type Viewer } from "./news-data.ts";

// Of a session with more clients, the ends of their tokens are told with the session's, which comes first.
const mostEnds = 30;
const endsOfSessions = ["session.revoked", "session.expired"];

/** Tells who heard of a session's end, and of its clients' tokens, and how long that took. */
export async function tellNews(
  sources: readonly NewsSource[],
  lines: readonly TimelineLine[],
  viewer: Viewer,
): Promise<TimelineEntry[]> {
  const ends = findEnds(lines);
  if (ends.length === 0) return [];
  const tellings = (await Promise.all(sources.map((source) => source.tellings(ends)))).flat();
  return joinMessages(tellings, ends).map((telling) =>
    toEntry(
      telling,
      ends.filter(({ id }) => telling.eventIds.includes(id)),
      viewer,
    ),
  );
}

/** Puts news where they happened: behind what was before, and behind what they tell of. */
export function withNews(entries: readonly TimelineEntry[], news: readonly TimelineEntry[]): TimelineEntry[] {
  const all = [...entries];
  for (const entry of news) {
    const before = all.findLastIndex(({ at }) => Date.parse(at) <= Date.parse(entry.at));
    all.splice(before + 1, 0, entry);
  }
  return all;
}

/** The lines that tell of an end; the newest, where there are very many. */
function findEnds(lines: readonly TimelineLine[]): TimelineLine[] {
  const sessions = lines.filter(({ type }) => endsOfSessions.includes(type));
  const grants = lines.filter(({ type }) => type === "grant.revoked");
  return [...sessions.toReversed(), ...grants.toReversed()].slice(0, mostEnds);
}

/** What ended at once, a session and its grants, is one end: of its messages to one receiver the last one counts. */
function joinMessages(tellings: readonly Telling[], ends: readonly TimelineLine[]): Telling[] {
  const transactions = new Map(ends.map(({ id, transaction }) => [id, transaction]));
  const joined = Map.groupBy(tellings, (telling) => {
    if (telling.channel === "feed") return telling;
    return `${telling.channel} ${telling.receiver.id} ${transactions.get(telling.eventIds[0] ?? "")}`;
  });
  return [...joined.values()].map((group) => group.reduce(laterOf));
}

// A message that is still on its way says more than one that arrived.
const states: readonly MessageTold["state"][] = ["told", "waiting", "stopped", "given_up"];

function laterOf(one: Telling, other: Telling): Telling {
  if (one.channel === "feed" || other.channel === "feed") return one;
  const difference = states.indexOf(other.state) - states.indexOf(one.state) || other.at.getTime() - one.at.getTime();
  return { ...(difference > 0 ? other : one), eventIds: [...one.eventIds, ...other.eventIds] };
}

const types: Readonly<Record<Telling["channel"], TimelineNewsType>> = {
  feed: "news.feed",
  webhook: "news.webhook",
  signals: "news.signals",
};

function toEntry(telling: Telling, ends: readonly TimelineLine[], viewer: Viewer): TimelineEntry {
  const endedAt = Math.min(...ends.map(({ at }) => at.getTime()));
  // Two nodes' clocks differ by a few milliseconds.
  const at = Math.max(telling.at.getTime(), endedAt);
  const delayMs = at - endedAt;
  const [only, ...others] = ends;
  const grant = others.length === 0 && only?.type === "grant.revoked" ? only : null;
  const { title, detail = null, severity } = describeNews(telling, { ends, delayMs, viewer });
  return {
    at: new Date(at).toISOString(),
    type: types[telling.channel],
    ...{ title, detail, severity },
    client: grant?.clientId ?? null,
    grant: grant?.grantId ?? null,
    ...{ address: null, user_agent: null, request_id: null },
    data: { ...dataOfNews(telling, delayMs, viewer) },
  };
}
