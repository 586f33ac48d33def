import type { TimelineFeedNews, TimelineMessageNews } from "@holdfast/protocol";
import type { FollowersTold, Telling } from "../events/index.ts";

/** Who reads: an operator sees names and addresses; the person a session belongs to, only that somebody was told. */
export type Viewer = "operator" | "owner";

/** How many connections were told. */
export function countFollowers({ services, anonymous }: FollowersTold): number {
  return Object.values(services).reduce((sum, connections) => sum + connections, anonymous);
}

/** What the sentences of news are made from, as far as it is the viewer's. */
export function dataOfNews(telling: Telling, delayMs: number, viewer: Viewer): TimelineFeedNews | TimelineMessageNews {
  const isOperator = viewer === "operator";
  if (telling.channel === "feed") {
    const { services, anonymous, node } = telling;
    const told = { delay_ms: delayMs, followers: countFollowers(telling) };
    return isOperator ? { ...told, services, anonymous, node } : told;
  }
  const { state, attempts, receiver, status, error, nextAttemptAt } = telling;
  const told = { delay_ms: state === "told" ? delayMs : null, state, attempts };
  if (!isOperator) return told;
  return {
    ...told,
    receiver: receiver.id,
    name: receiver.name,
    ...{ status, error },
    next_attempt_at: nextAttemptAt?.toISOString() ?? null,
  };
}
