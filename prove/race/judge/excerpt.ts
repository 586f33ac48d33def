import type { EventRecord, Line } from "../history/line.ts";
import type { GrantHistory } from "./grant-history.ts";

const longest = 60;

/** The lines of a history that bear on some requests: theirs, those of the generations they presented, and the end. */
export function formatExcerpt({ lines, requests, evidence }: GrantHistory, concerned: readonly number[]): string {
  const shown = requests.filter(({ request }) => concerned.includes(request)).map(({ generation }) => generation);
  // Where no request is concerned, the row is: what led to its generation.
  const presented = shown.length > 0 ? shown : [(evidence.row?.generation ?? 1) - 1];
  const isNear = (generation: number) => presented.some((each) => Math.abs(each - generation) <= 1);
  const near = new Set(requests.filter(({ generation }) => isNear(generation)).map(({ request }) => request));
  const isRelevant = (line: Line) => !("request" in line) || near.has(line.request) || concerned.includes(line.request);
  const told = lines.filter((line) => line.kind !== "evidence" && isRelevant(line)).map(formatLine);
  const events = evidence.events
    .filter(({ request, verdict }) => verdict === null || (request !== null && near.has(request)))
    .map((event) => formatEvent(event));
  return [...shorten(told), `row: ${JSON.stringify(evidence.row)}`, ...shorten(events)]
    .map((text) => `  ${text}`)
    .join("\n");
}

function shorten(texts: readonly string[]): readonly string[] {
  if (texts.length <= longest) return texts;
  return [...texts.slice(0, longest / 2), `… ${texts.length - longest} more …`, ...texts.slice(-longest / 2)];
}

function formatLine(line: Line): string {
  const { kind, at, ...rest } = line;
  return `${at.toFixed(1).padStart(10)} ${kind.padEnd(7)} ${formatFields(rest)}`;
}

function formatEvent({ at, type, ...rest }: EventRecord): string {
  return `event ${new Date(at).toISOString()} ${type} ${formatFields(rest)}`;
}

function formatFields(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .filter(([name, value]) => value !== null && name !== "grant" && name !== "wall")
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}
