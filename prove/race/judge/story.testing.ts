import type { EventRecord, Line, RefusalLine, SendLine } from "../history/line.ts";
import { createJudge, type Judge } from "./judge.ts";

/** The moment at which a story begins, in milliseconds since the epoch. */
const wall = 1_700_000_000_000;
export const storyOverlap = 2_000;

export interface StoryRequest {
  /** The generation presented. */
  readonly present: number;
  /** Milliseconds since the story began. */
  readonly at: number;
  /** When its outcome arrived. Default: 5 ms later. */
  readonly until?: number;
  readonly who?: SendLine["who"];
  readonly key?: string | null;
  readonly node?: number;
  /** What it was handed; else `refused`, else it got no answer. */
  readonly handed?: number;
  readonly token?: string;
  readonly refused?: string;
  /** The verdict of its event; none when it was never judged. */
  readonly verdict?: string;
  /** The generation in force before the verdict. Default: what was presented. */
  readonly before?: number;
  /** When it was judged. Default: 1 ms after it was sent. */
  readonly judgedAt?: number;
}

/** A history made by hand, whole unless something is said to be otherwise. */
export function tellStory() {
  const lines: Line[] = [];
  const events: EventRecord[] = [];
  const grant = 1;
  let requests = 0;
  let revokedReason: string | null = null;
  let generation = 1;
  const start = { id: "grant-1", client: "swift", overlap: storyOverlap, token: "token-1" };
  lines.push({ kind: "grant", grant, at: 0, ...start });

  const story = {
    /** A request, with its outcome and its event. */
    request(told: StoryRequest) {
      const { present, at, until = at + 5, who = "honest", key = null, node = 0 } = told;
      const request = ++requests;
      const token = `token-${present}`;
      lines.push({ kind: "send", grant, request, at, wall: wall + at, who, node, generation: present, token, key });
      lines.push(outcomeOf(told, request, until));
      if (told.verdict !== undefined) story.judged(told.verdict, { ...told, request });
      return story;
    },
    /** An event, and what it does to the row. */
    judged(verdict: string, { present, at, judgedAt = at + 1, before = present, request }: Judged) {
      const common = { at: wall + judgedAt, request, presented: present, generation: before };
      events.push({ type: `session.${verdict}`, ...common, verdict, reason: null });
      if (verdict === "rotated" || verdict === "recovered") generation = present + 1;
      if (verdict === "reused") story.ended("reuse_detected", judgedAt);
      return story;
    },
    /** The grant's end, in the database. */
    ended(reason: string, at: number) {
      const nobody = { request: null, verdict: null, presented: null, generation: null };
      revokedReason = reason;
      events.push({ type: "grant.revoked", at: wall + at, ...nobody, reason });
      return story;
    },
    /** Its end is asked for, and acknowledged unless told otherwise. */
    revoked(at: number, { until = at + 5, isAcknowledged = true, isDone = true } = {}) {
      lines.push({ kind: "revoke", grant, at, how: "revoked" });
      if (isAcknowledged) lines.push({ kind: "revoked", grant, at: until, how: "revoked" });
      if (isDone) story.ended("session_revoked", at + 1);
      return story;
    },
    /** The lines in the order of their times, with what the database says at the end. */
    lines(row: { generation: number; revokedReason: string | null } | null = { generation, revokedReason }): Line[] {
      const last = Math.max(...lines.map(({ at }) => at));
      const evidence = { kind: "evidence", grant, at: last + 3_000, row, events } as const;
      return [...lines.toSorted((one, other) => one.at - other.at), evidence];
    },
  };

  function outcomeOf({ handed, token, refused }: StoryRequest, request: number, at: number): Line {
    if (handed !== undefined) {
      return { kind: "answer", grant, request, at, generation: handed, token: token ?? `token-${handed}` };
    }
    if (refused !== undefined) return { kind: "refusal", grant, request, at, reason: refused } satisfies RefusalLine;
    return { kind: "trouble", grant, request, at, why: "ECONNRESET" };
  }

  return story;
}

interface Judged extends Pick<StoryRequest, "present" | "at" | "judgedAt" | "before"> {
  readonly request: number;
}

/** The broken invariants, each once. */
export function brokenBy(lines: readonly Line[], judge: Judge = createJudge()): string[] {
  return [...new Set(lines.flatMap((line) => judge.take(line)).map(({ invariant }) => invariant))].toSorted();
}
