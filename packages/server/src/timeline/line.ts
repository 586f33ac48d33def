import type { EventType, RefreshVerdict } from "@holdfast/protocol";
import { refreshVerdicts } from "@holdfast/protocol";

/** One line of the lifecycle log, of one session. */
export interface TimelineLine {
  /** Its number in the log. */
  readonly id: string;
  /** What was written in one transaction happened at once. */
  readonly transaction: string;
  readonly at: Date;
  readonly type: EventType;
  readonly grantId: string | null;
  readonly clientId: string | null;
  readonly requestId: string | null;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A text of a line's data; null where there is none. */
export function textOf({ data }: TimelineLine, name: string): string | null {
  const value = data[name];
  return typeof value === "string" ? value : null;
}

/** A number of a line's data; null where there is none. */
export function numberOf({ data }: TimelineLine, name: string): number | null {
  const value = data[name];
  return typeof value === "number" ? value : null;
}

/** A moment of a line's data; null where there is none. */
export function momentOf(line: TimelineLine, name: string): Date | null {
  const moment = new Date(textOf(line, name) ?? Number.NaN);
  return Number.isNaN(moment.getTime()) ? null : moment;
}

/** What was decided, where the line tells of a presented refresh token. */
export function verdictOf(line: TimelineLine): RefreshVerdict | null {
  return refreshVerdicts.find((verdict) => verdict === line.data.verdict) ?? null;
}

/** The client a line is about, for a sentence. */
export function clientOf({ clientId }: TimelineLine): string {
  return clientId ?? "a client";
}
