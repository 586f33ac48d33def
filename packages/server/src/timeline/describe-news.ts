import type { FollowersTold, MessageTold, Telling } from "../events/index.ts";
import type { Description } from "./description.ts";
import { clientOf, type TimelineLine } from "./line.ts";
import { countFollowers, type Viewer } from "./news-data.ts";
import { formatDelay, formatInstant } from "./times.ts";

export interface NewsScene {
  /** The ends that were told of. */
  readonly ends: readonly TimelineLine[];
  /** Milliseconds from the first of them until then. */
  readonly delayMs: number;
  readonly viewer: Viewer;
}

// The feed looks once a second whatever happens, and the first attempt is made at once: longer is worth a look.
const lateMs = 5_000;
const mostNames = 10;

/** Puts into words who was told of an end. */
export function describeNews(telling: Telling, scene: NewsScene): Description {
  return telling.channel === "feed" ? describeFollowers(telling, scene) : describeMessage(telling, scene);
}

function describeFollowers(telling: FollowersTold, scene: NewsScene): Description {
  const followers = countFollowers(telling);
  const who = followers === 1 ? "1 follower of the feed was" : `${followers} followers of the feed were`;
  const names = scene.viewer === "operator" ? `${formatNames(telling)} (node ${telling.node})` : "";
  return { title: `${who} ${formatTold(scene)}${names}`, severity: severityOf(scene) };
}

/** `: billing-api (2), reports and 9 without a name`; nothing where nobody has one. */
function formatNames({ services, anonymous }: FollowersTold): string {
  const named = Object.entries(services)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([service, connections]) => (connections === 1 ? service : `${service} (${connections})`));
  if (named.length === 0) return "";
  const more = named.length > mostNames ? [`${named.length - mostNames} more services`] : [];
  const nameless = anonymous > 0 ? [`${anonymous} without a name`] : [];
  return `: ${formatList([...named.slice(0, mostNames), ...more, ...nameless])}`;
}

function describeMessage(telling: MessageTold, scene: NewsScene): Description {
  const isOperator = scene.viewer === "operator";
  const who = isOperator ? nameOf(telling) : strangers[telling.channel];
  if (telling.state === "told") {
    const after = telling.attempts > 1 ? `, after ${telling.attempts} attempts` : "";
    const status = isOperator && telling.status !== null ? ` (${telling.status})` : "";
    return { title: `${who} was ${formatTold(scene)}${after}${status}`, severity: severityOf(scene) };
  }
  return {
    title: `${who} ${formatUntold(telling, isOperator)}`,
    severity: telling.state === "waiting" && telling.attempts === 0 ? "notice" : "warning",
  };
}

const strangers = { webhook: "A webhook", signals: "A receiver of signals" } as const;

function nameOf({ channel, receiver: { id, name } }: MessageTold): string {
  return channel === "webhook" ? `Webhook ${name} (endpoint ${id})` : `The signals receiver ${name} (stream ${id})`;
}

function formatUntold({ state, attempts, status, error, nextAttemptAt }: MessageTold, isOperator: boolean): string {
  const tries = attempts === 1 ? "1 attempt" : `${attempts} attempts`;
  const last = isOperator && attempts > 0 && (status ?? error) !== null ? `, last ${status ?? error}` : "";
  const next = isOperator && nextAttemptAt ? `, next at ${formatInstant(nextAttemptAt)}` : "";
  switch (state) {
    case "given_up":
      return `was not told: given up after ${tries}${last}`;
    case "stopped":
      return `was not told: it is disabled${attempts > 0 ? `, after ${tries}${last}` : ""}`;
    default:
      return attempts > 0 ? `has not answered yet: ${tries}${last}${next}` : `has not been told yet${next}`;
  }
}

/** `told 8 ms later`; of what, where it was not the session that ended. */
function formatTold({ ends, delayMs }: NewsScene): string {
  const later = `${formatDelay(delayMs)} later`;
  if (ends.some(({ type }) => type !== "grant.revoked")) return `told ${later}`;
  const clients = [...new Set(ends.map(clientOf))].sort();
  return `told ${later} that the tokens of ${formatList(clients)} had ended`;
}

function severityOf({ delayMs }: NewsScene): Description["severity"] {
  return delayMs > lateMs ? "notice" : "info";
}

function formatList(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join("") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}
