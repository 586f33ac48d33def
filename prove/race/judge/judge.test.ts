import { describe, expect, it } from "vitest";
import type { Line } from "../history/line.ts";
import { formatExcerpt } from "./excerpt.ts";
import { createJudge } from "./judge.ts";
import { brokenBy, storyOverlap, tellStory } from "./story.testing.ts";

/** Generation 1, 2 and 3 are replaced, at 10, 20 and 30 ms. */
function threeRotations() {
  return tellStory()
    .request({ present: 1, at: 10, handed: 2, verdict: "rotated", key: "a" })
    .request({ present: 2, at: 20, handed: 3, verdict: "rotated", key: "b" })
    .request({ present: 3, at: 30, handed: 4, verdict: "rotated", key: "c" });
}

const late = 30 + storyOverlap + 1_000;

const good: readonly [string, () => Line[]][] = [
  ["one refresh after the other", () => threeRotations().lines()],
  [
    "two tabs that get the same successor",
    () =>
      tellStory()
        .request({ present: 1, at: 10, until: 30, handed: 2, verdict: "rotated", key: "a" })
        .request({ present: 1, at: 11, until: 31, handed: 2, verdict: "overlapped", before: 2, key: "b", node: 1 })
        .lines(),
  ],
  [
    "an answer that is lost, and the same key long after the overlap",
    () =>
      tellStory()
        .request({ present: 1, at: 10, verdict: "rotated", key: "a" })
        .request({ present: 1, at: late, handed: 2, verdict: "replayed", before: 2, key: "a" })
        .lines(),
  ],
  [
    "an answer that is lost before it was judged",
    () =>
      tellStory()
        .request({ present: 1, at: 10, key: "a" })
        .request({ present: 1, at: late, handed: 2, verdict: "rotated", key: "a" })
        .lines(),
  ],
  [
    "a thief who is late, and the owner who is refused for it",
    () =>
      threeRotations()
        .request({ present: 1, at: late, who: "thief", refused: "reuse_detected", verdict: "reused", before: 4 })
        .request({ present: 4, at: late + 20, refused: "reuse_detected", verdict: "revoked" })
        .lines(),
  ],
  [
    "a revocation, and refusals after it",
    () =>
      threeRotations()
        .revoked(100)
        .request({ present: 4, at: 120, refused: "session_revoked", verdict: "revoked" })
        .lines(),
  ],
  [
    "a refresh that was sent before the acknowledgement and answered after it",
    () =>
      tellStory()
        .request({ present: 1, at: 99, until: 120, handed: 2, verdict: "rotated" })
        .revoked(100, { until: 110 })
        .lines(),
  ],
  [
    "a replay between the two readings of the overlap, served or not",
    () =>
      tellStory()
        .request({ present: 1, at: 10, handed: 2, verdict: "rotated" })
        .request({ present: 2, at: 10 + storyOverlap, handed: 3, verdict: "rotated" })
        .request({ present: 1, at: 30 + storyOverlap, handed: 3, verdict: "overlapped", before: 3, key: "b" })
        .lines(),
  ],
];

const broken: readonly [string, string[], () => Line[]][] = [
  [
    "two different tokens of one generation",
    ["I1"],
    () =>
      tellStory()
        .request({ present: 1, at: 10, handed: 2, verdict: "rotated", key: "a" })
        .request({ present: 1, at: 11, handed: 2, token: "sibling", verdict: "overlapped", before: 2, key: "b" })
        .lines(),
  ],
  [
    "a token of the first generation that is not the first",
    ["I1", "I6"],
    () => tellStory().request({ present: 1, at: 10, handed: 1, token: "sibling", verdict: "renewed" }).lines(),
  ],
  [
    "a generation behind one that was handed out before",
    ["I1"],
    () =>
      threeRotations()
        .request({ present: 2, at: 50, handed: 3, verdict: "overlapped", before: 3, key: "z", node: 1 })
        .lines(),
  ],
  [
    "an answer after the acknowledged end",
    ["I2", "I6"],
    () => tellStory().revoked(100).request({ present: 1, at: 106, handed: 2, verdict: "rotated" }).lines(),
  ],
  [
    "an answer after a refusal for good",
    ["I2", "I6"],
    () =>
      tellStory()
        .revoked(100, { isAcknowledged: false })
        .request({ present: 1, at: 110, refused: "session_revoked", verdict: "revoked" })
        .request({ present: 1, at: 120, handed: 2, verdict: "rotated" })
        .lines(),
  ],
  [
    "an honest client that is refused without cause",
    ["I3", "I6"],
    () => threeRotations().request({ present: 4, at: 50, refused: "session_expired", verdict: "expired" }).lines(),
  ],
  [
    "an honest retry that is taken for a replay",
    ["I3", "I6"],
    () =>
      tellStory()
        .request({ present: 1, at: 10, verdict: "rotated", key: "a" })
        .request({ present: 1, at: late, refused: "reuse_detected", verdict: "reused", before: 2, key: "a" })
        .lines(),
  ],
  [
    "an honest retry that is taken for a replay, of which nobody hears",
    ["I3", "I6"],
    () =>
      tellStory()
        .request({ present: 1, at: 10, verdict: "rotated", key: "a" })
        .request({ present: 1, at: late, verdict: "reused", before: 2, key: "a" })
        .lines(),
  ],
  [
    "a thief who is late, and is answered",
    ["I4", "I6"],
    () =>
      threeRotations()
        .request({ present: 1, at: late, who: "thief", handed: 4, verdict: "overlapped", before: 4, key: "z" })
        .lines(),
  ],
  [
    "a thief who is noticed, and a grant that goes on",
    ["I4", "I5"],
    () =>
      threeRotations()
        .request({ present: 1, at: late, who: "thief", refused: "reuse_detected", verdict: "reused", before: 4 })
        .lines({ generation: 4, revokedReason: null }),
  ],
  ["a row that is ahead of its events", ["I5"], () => threeRotations().lines({ generation: 5, revokedReason: null })],
  [
    "a row that has fallen back behind its events",
    ["I5"],
    () => threeRotations().lines({ generation: 3, revokedReason: null }),
  ],
  [
    "an end without its event",
    ["I5"],
    () => threeRotations().lines({ generation: 4, revokedReason: "session_revoked" }),
  ],
  [
    "an end that was acknowledged and is not there",
    ["I5"],
    () => threeRotations().revoked(100, { isDone: false }).lines(),
  ],
  [
    "a generation that is replaced twice",
    ["I5", "I6"],
    () =>
      tellStory()
        .request({ present: 1, at: 10, until: 30, handed: 2, verdict: "rotated", key: "a" })
        .request({ present: 1, at: 11, until: 31, handed: 2, verdict: "rotated", key: "b", node: 1 })
        .lines(),
  ],
  [
    "an answer of which no event tells",
    ["I5"],
    () => threeRotations().request({ present: 3, at: 50, handed: 4 }).lines(),
  ],
  [
    "a refusal of which no event tells",
    ["I5"],
    () => threeRotations().revoked(100).request({ present: 4, at: 120, refused: "session_revoked" }).lines(),
  ],
  [
    "an event about a request that presented something else",
    ["I5"],
    () =>
      tellStory()
        .request({ present: 1, at: 10, handed: 2, verdict: "rotated" })
        .request({ present: 2, at: 20 })
        .judged("overlapped", { request: 2, present: 1, at: 20, before: 2 })
        .lines(),
  ],
  [
    "an event about a request that nobody sent",
    ["I5"],
    () => tellStory().judged("rotated", { request: 9, present: 1, at: 20 }).lines(),
  ],
  [
    "a commit that was lost",
    ["I5"],
    () =>
      tellStory()
        .request({ present: 1, at: 10, handed: 2 })
        .request({ present: 2, at: 20, handed: 3, verdict: "recovered", before: 1 })
        .lines(),
  ],
  ["a grant that is gone", ["I5"], () => threeRotations().lines(null)],
  [
    "a retry that a node does not know again",
    ["I6"],
    () =>
      tellStory()
        .request({ present: 1, at: 10, handed: 2, verdict: "rotated", key: "a" })
        .request({ present: 1, at: 20, handed: 2, verdict: "overlapped", before: 2, key: "a", node: 1 })
        .lines(),
  ],
];

describe("the judge", () => {
  it.each(good)("has nothing against %s", (_, story) => {
    expect(brokenBy(story())).toEqual([]);
  });

  it.each(broken)("finds %s", (_, invariants, story) => {
    expect(brokenBy(story())).toEqual(invariants);
  });

  it("counts apart an honest client whose own request was held up for longer than the overlap", () => {
    const judge = createJudge();
    const lines = tellStory()
      .request({ present: 1, at: 10, handed: 2, verdict: "rotated", key: "a" })
      .request({ present: 2, at: 15, handed: 3, verdict: "rotated", key: "b" })
      .request({ present: 1, at: 12, until: 50, verdict: "reused", before: 3, key: "a", judgedAt: late })
      .request({ present: 3, at: late + 20, refused: "reuse_detected", verdict: "revoked" })
      .lines();
    expect(brokenBy(lines, judge)).toEqual([]);
    expect(judge.tally.heldUp).toBe(1);
  });

  it("counts what was raced for: requests that were judged, for one token, at the same time", () => {
    const judge = createJudge();
    const lines = tellStory()
      .request({ present: 1, at: 10, until: 30, handed: 2, verdict: "rotated", key: "a" })
      .request({ present: 1, at: 20, until: 40, handed: 2, verdict: "overlapped", before: 2, key: "b" })
      .request({ present: 1, at: 21, until: 25 })
      .request({ present: 2, at: 50, handed: 3, verdict: "rotated", key: "c" })
      .revoked(100)
      .lines();
    for (const line of [...lines, { kind: "kill", at: 1, what: "node" } as const]) judge.take(line);
    expect(judge.tally).toMatchObject({
      grants: 1,
      requests: 4,
      contested: 2,
      answered: 3,
      unanswered: 1,
      revocations: 1,
      kills: { node: 1 },
      verdicts: { rotated: 2, overlapped: 1 },
    });
  });

  it("shows the lines that bear on what it found", () => {
    const judge = createJudge();
    const [finding] = tellStory()
      .revoked(100)
      .request({ present: 1, at: 106, handed: 2, verdict: "rotated" })
      .lines()
      .flatMap((line) => judge.take(line));
    if (!finding) throw new Error("nothing was found");
    expect(finding.says).toContain("request 1 was answered");
    const excerpt = formatExcerpt(finding.history, finding.requests);
    expect(excerpt).toMatch(/revoked .*\n.*send .*request=1 .*\n.*answer .*generation=2/);
    expect(excerpt).toContain('row: {"generation":2,"revokedReason":"session_revoked"}');
  });

  it("refuses a history that does not begin with its start, or in which nobody sent what ended", () => {
    const lines = threeRotations().lines();
    const judged = (some: readonly Line[]) => () => some.map((line) => createJudge().take(line));
    expect(judged(lines.slice(-1))).toThrow("does not begin with its start");
    const unsent = lines.filter(({ kind }) => kind !== "send");
    const judge = createJudge();
    expect(() => unsent.map((line) => judge.take(line))).toThrow("was never sent");
  });
});
