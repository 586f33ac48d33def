import type { SessionTimeline, TimelineEntry, TimelineSeverity } from "@holdfast/protocol";
import { describeAgent, formatInstant, formatPast, formatSpan } from "../timeline/index.ts";

type Style = "bold" | "dim" | "yellow" | "red" | "cyan";

export interface TimelineLayout {
  /** How wide a line may be. */
  readonly columns: number;
  /** Colours a text. Default: it stays as it is. */
  readonly paint?: (style: Style, text: string) => string;
}

interface StyledText {
  readonly text: string;
  readonly style?: Style | undefined;
}

const gap = "  ";
const leftWidth = "! 2026-11-21 03:40:11".length;
const narrowestTitle = 40;
// A sign as well as a colour: not everybody sees colours, and files have none.
const signs: Readonly<Record<TimelineSeverity, string>> = { info: " ", notice: "·", warning: "!", ended: "×" };
const styles: Readonly<Partial<Record<TimelineSeverity, Style>>> = { notice: "cyan", warning: "yellow", ended: "red" };

const truncatedNote =
  "Not everything is told: of a long timeline only the newest lines, the sign-in and what ended it; lines of long ago may have been removed.";

/** Lays a timeline out for a terminal: the answer first, then the facts, then what happened, when and from where. */
export function formatTimeline(timeline: SessionTimeline, { columns, paint = plain }: TimelineLayout): string {
  const paragraph = (style: Style, text: string) => wrap(text, columns).map((line) => paint(style, line));
  const facts = factsOf(timeline).map(([name, value]) => `${name.padEnd(13)}${printable(value)}`);
  return [
    ...paragraph("bold", printable(timeline.summary)),
    "",
    ...facts,
    "",
    ...formatEntries(timeline.entries, { columns, paint }),
    ...(timeline.truncated ? ["", ...paragraph("dim", truncatedNote)] : []),
  ].join("\n");
}

function factsOf(timeline: SessionTimeline): [string, string][] {
  const { user, state, ended_at: endedAt } = timeline;
  const now = new Date(timeline.server_time_ms);
  const moment = (text: string) => {
    const at = new Date(text);
    return at > now ? `${formatInstant(at)}, in ${formatSpan(at.getTime() - now.getTime())}` : formatPast(at, now);
  };
  const end: [string, string][] =
    endedAt === null
      ? [
          ["Idle limit", moment(timeline.idle_expires_at)],
          ["Limit", moment(timeline.expires_at)],
        ]
      : [[state === "expired" ? "Ran out" : "Ended", moment(endedAt)]];
  return [
    ["Session", timeline.sid],
    ["User", user.name === null ? user.id : `${user.name}, ${user.id}`],
    ["Provider", timeline.provider],
    ["Started", moment(timeline.started_at)],
    ["Last used", moment(timeline.last_used_at)],
    ...end,
  ];
}

function formatEntries(entries: readonly TimelineEntry[], { columns, paint }: Required<TimelineLayout>): string[] {
  if (entries.length === 0) return ["The log has no line about it."];
  const sources = entries.map(formatSource);
  const sourceWidth = Math.max("FROM".length, ...sources.map(({ length }) => length));
  const titleWidth = Math.max(narrowestTitle, columns - leftWidth - sourceWidth - 2 * gap.length);

  function formatRow(left: string, middle: readonly StyledText[], right: string, style?: Style): string[] {
    return middle.map(({ text, style: own }, row) => {
      const [first, last] = row === 0 ? [left, right] : ["", ""];
      const padding = " ".repeat(last === "" ? 0 : titleWidth - text.length);
      return (color(first.padEnd(leftWidth), style) + gap + color(text, own) + padding + gap + last).trimEnd();
    });
  }
  const color = (text: string, style: Style | undefined) => (style && text.trim() !== "" ? paint(style, text) : text);
  const styled = (text: string | null, style: Style | undefined): StyledText[] =>
    text === null ? [] : wrap(printable(text), titleWidth).map((line) => ({ text: line, style }));

  const rows = entries.flatMap((entry, index) => {
    const style = styles[entry.severity];
    const time = entry.at.slice(0, 19).replace("T", " ");
    const happened = [...styled(entry.title, style), ...styled(entry.detail, "dim")];
    return formatRow(`${signs[entry.severity]} ${time}`, happened, sources[index] ?? "", style);
  });
  return [...formatRow("  TIME (UTC)", [{ text: "WHAT HAPPENED" }], "FROM"), ...rows];
}

/** `192.0.2.1, Chrome on Linux` */
function formatSource({ address, user_agent: userAgent }: TimelineEntry): string {
  return [address, describeAgent(userAgent)].filter((part) => part !== null).join(", ");
}

/** Breaks a text between its words. A word that is longer than a line gets one of its own. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** A name from outside must neither command the terminal nor turn the text around. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "?");
}

function plain(_: Style, text: string): string {
  return text;
}
