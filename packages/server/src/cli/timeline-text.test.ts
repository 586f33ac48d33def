import type { SessionTimeline, TimelineEntry } from "@holdfast/protocol";
import { describe, expect, it } from "vitest";
import { formatTimeline } from "./timeline-text.ts";

const entry: TimelineEntry = {
  at: "2026-11-21T03:40:11.119Z",
  type: "session.started",
  title: "Signed in through Google",
  detail: null,
  severity: "info",
  client: null,
  grant: null,
  address: "192.0.2.1",
  user_agent: "curl/8.14.1",
  request_id: null,
  data: {},
};

const refused: TimelineEntry = {
  ...entry,
  at: "2026-11-21T03:41:52.000Z",
  title: "Refused: this refresh token had been replaced 41 s earlier",
  detail: "Two parties hold this token.",
  severity: "warning",
};

const ended: TimelineEntry = {
  ...entry,
  title: "Ended: signed out",
  severity: "ended",
  address: null,
  user_agent: null,
};

const timeline: SessionTimeline = {
  sid: "0190a0b0-0000-7000-8000-000000000001",
  user: { id: "0190a0b0-0000-7000-8000-000000000002", name: "Ada" },
  provider: "google",
  state: "live",
  summary: "Alive.",
  started_at: "2026-11-21T03:40:11.119Z",
  last_used_at: "2026-11-21T03:41:52.000Z",
  idle_expires_at: "2026-12-05T03:41:52.000Z",
  expires_at: "2027-02-19T03:40:11.119Z",
  ended_at: null,
  reason: null,
  entries: [entry, refused],
  truncated: false,
  server_time_ms: Date.UTC(2026, 10, 21, 3, 43, 52),
};

const layOut = (parts: Partial<SessionTimeline> = {}, columns = 90) =>
  formatTimeline({ ...timeline, ...parts }, { columns });

describe("a timeline on a terminal", () => {
  it("has the answer first, then the facts, then what happened, when and from where", () => {
    expect(layOut()).toBe(
      [
        "Alive.",
        "",
        "Session      0190a0b0-0000-7000-8000-000000000001",
        "User         Ada, 0190a0b0-0000-7000-8000-000000000002",
        "Provider     google",
        "Started      2026-11-21 03:40:11 UTC, 4 min ago",
        "Last used    2026-11-21 03:41:52 UTC, 2 min ago",
        "Idle limit   2026-12-05 03:41:52 UTC, in 14 days",
        "Limit        2027-02-19 03:40:11 UTC, in 90 days",
        "",
        "  TIME (UTC)           WHAT HAPPENED                                       FROM",
        "  2026-11-21 03:40:11  Signed in through Google                            192.0.2.1, curl",
        "! 2026-11-21 03:41:52  Refused: this refresh token had been replaced 41 s  192.0.2.1, curl",
        "                       earlier",
        "                       Two parties hold this token.",
      ].join("\n"),
    );
  });

  it("says when it ended, and how", () => {
    const end = { ended_at: "2026-11-21T03:41:52.000Z", entries: [ended] };
    expect(layOut({ ...end, state: "ended" })).toMatch(/^Ended {8}2026-11-21 03:41:52 UTC, 2 min ago$/m);
    expect(layOut({ ...end, state: "expired" })).toMatch(/^Ran out {6}2026-11-21 03:41:52 UTC, 2 min ago$/m);
    expect(layOut({ ...end, state: "ended" })).toMatch(/^× 2026-11-21 03:40:11 {2}Ended: signed out$/m);
    expect(layOut({ ...end, state: "ended" })).not.toContain("Idle limit");
  });

  it("says when something is left out, and when there is nothing", () => {
    expect(layOut()).not.toContain("Not everything is told");
    expect(layOut({ truncated: true, entries: [] }, 200)).toMatch(
      /The log has no line about it\.\n\nNot everything is told/,
    );
  });

  it.each([60, 80, 120, 200])("keeps to %i columns, loses no word, and ends no line with blanks", (columns) => {
    const words = Array.from({ length: 60 }, (_, index) => `word${index}`);
    const text = words.join(" ");
    const laidOut = layOut(
      { summary: text, entries: [{ ...refused, title: text, detail: text, user_agent: null }] },
      columns,
    );
    for (const line of laidOut.split("\n")) {
      expect(line.length).toBeLessThanOrEqual(Math.max(columns, 76));
      expect(line).not.toMatch(/\s$/);
    }
    for (const word of words) expect(laidOut.split(/\s+/).filter((each) => each === word)).toHaveLength(3);
  });

  it("lets no name from outside command the terminal or turn the text around", () => {
    const hostile = "Ada\u001b[2J\u009b31m\u202eevil\nEnded\u0007";
    const laidOut = layOut({
      user: { id: "x", name: hostile },
      summary: hostile,
      provider: hostile,
      entries: [{ ...entry, title: hostile, detail: hostile, user_agent: "\u001b]0;title\u0007" }],
    });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
    expect(laidOut.replaceAll("\n", "")).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(laidOut).not.toMatch(/^Ended/m);
  });

  it("is painted where a painter is given, and lined up all the same", () => {
    const painted = formatTimeline(
      { ...timeline, entries: [entry, refused, ended] },
      { columns: 90, paint: (style, text) => `<${style}>${text}</>` },
    );
    expect(painted).toContain("<bold>Alive.</>");
    expect(painted).toContain("<yellow>! 2026-11-21 03:41:52</>  <yellow>Refused: ");
    expect(painted).toContain("<dim>Two parties hold this token.</>");
    expect(painted).toContain("<red>× 2026-11-21 03:40:11</>  <red>Ended: signed out</>");
    expect(painted.replaceAll(/<[^>]+>/g, "")).toBe(layOut({ entries: [entry, refused, ended] }));
  });
});
