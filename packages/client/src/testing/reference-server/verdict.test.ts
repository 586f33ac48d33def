import { describe, expect, it } from "vitest";
import type { Grant } from "./grant.ts";
import { applyVerdict, judge, type RefreshVerdict } from "./verdict.ts";

const rules = { overlap: 30_000, idle: 1_000_000 };

function createGrant(): Grant {
  return {
    id: "grant",
    handle: "handle",
    sid: "sid",
    userId: "ada",
    account: "acc",
    clientId: "app",
    generation: 1,
    attempt: null,
    replacedAt: [],
    idleExpiresAt: 1_000_000,
    expiresAt: 9_000_000,
    revoked: null,
    binding: null,
  };
}

/** Presents a generation at a moment, under a key. */
type Step = readonly [generation: number, at: number, key: string | null, verdict: RefreshVerdict];

function present(grant: Grant, [generation, at, idempotencyKey]: Step): RefreshVerdict {
  const token = { grantId: "grant", handle: "handle", generation };
  const presentation = { token, clientId: "app", idempotencyKey, provedKey: null };
  const verdict = judge(grant, presentation, rules, at);
  applyVerdict(grant, verdict, presentation, rules, at);
  return verdict;
}

describe("the verdict table", () => {
  const histories: readonly { readonly name: string; readonly steps: readonly Step[] }[] = [
    {
      name: "one after the other",
      steps: [
        [1, 0, "a", "rotated"],
        [2, 1, "b", "rotated"],
        [3, 2, "c", "rotated"],
      ],
    },
    {
      name: "a lost answer, long after",
      steps: [
        [1, 0, "a", "rotated"],
        [1, 900_000, "a", "replayed"],
      ],
    },
    {
      name: "a lost answer, without its key",
      steps: [
        [1, 0, "a", "rotated"],
        [1, 31_000, "b", "reused"],
      ],
    },
    {
      name: "without any key",
      steps: [
        [1, 0, null, "rotated"],
        [1, 31_000, null, "reused"],
      ],
    },
    {
      name: "two tabs at once",
      steps: [
        [1, 0, "a", "rotated"],
        [1, 29_999, "b", "overlapped"],
      ],
    },
    {
      name: "the overlap counts from the successor's use",
      steps: [
        [1, 0, "a", "rotated"],
        [1, 600_000, "a", "replayed"],
        [2, 600_001, "b", "rotated"],
        [1, 601_000, "a", "overlapped"],
      ],
    },
    {
      name: "two generations old",
      steps: [
        [1, 0, "a", "rotated"],
        [2, 1, "b", "rotated"],
        [1, 40_000, "a", "reused"],
        [3, 40_001, "c", "revoked"],
      ],
    },
    {
      name: "a lost tail",
      steps: [
        [4, 0, "a", "recovered"],
        [5, 1, "b", "rotated"],
        [4, 2, "c", "overlapped"],
      ],
    },
    {
      name: "idle for too long",
      steps: [
        [1, 0, "a", "rotated"],
        [2, 1_000_000, "b", "expired"],
      ],
    },
  ];

  it.each(histories)("$name", ({ steps }) => {
    const grant = createGrant();
    expect(steps.map((step) => present(grant, step))).toEqual(steps.map(([, , , verdict]) => verdict));
  });

  it("tells what is none of ours from what is somebody else's", () => {
    const presentation = { clientId: "app", idempotencyKey: null, provedKey: null };
    const token = { grantId: "grant", handle: "another", generation: 1 };
    expect(judge(null, { ...presentation, token: null }, rules, 0)).toBe("malformed");
    expect(judge(createGrant(), { ...presentation, token }, rules, 0)).toBe("unknown");
    const ours = { ...token, handle: "handle" };
    expect(judge(createGrant(), { ...presentation, token: ours, clientId: "other" }, rules, 0)).toBe("unbound");
    expect(judge({ ...createGrant(), binding: "key" }, { ...presentation, token: ours }, rules, 0)).toBe("unbound");
    const proved = { ...presentation, token: ours, provedKey: "key" };
    expect(judge({ ...createGrant(), binding: "key" }, proved, rules, 0)).toBe("renewed");
  });
});
