import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { createRefreshInstance, eventsOf, forgeToken, openToken } from "./refresh.testing.ts";

const overlapMs = 30_000;
const idleMs = 14 * 86_400_000;
const remembered = 10;

let instance: TestInstance;
beforeAll(async () => {
  instance = await createRefreshInstance({
    sessions: { endOnReuse: false, absolute: "3650d" },
    tokens: { refreshAbsolute: "3650d" },
  });
});
afterAll(() => instance.close());

/** The verdict table, written a second time and more slowly: what the statement must agree with. */
function createModel(now: number) {
  let generation = 1;
  let attempt: string | null = null;
  let idleUntil = now + idleMs;
  let isRevoked = false;
  let replaced: { generation: number; at: number }[] = [];

  function judge(presented: number, key: string | null, at: number): string {
    if (isRevoked) return "revoked";
    if (at >= idleUntil) return "expired";
    if (presented === generation) return "rotated";
    if (presented === generation - 1 && key !== null && key === attempt) return "replayed";
    const replacedAt = replaced.find((each) => each.generation === presented)?.at;
    if (replacedAt !== undefined && at - replacedAt < overlapMs) return "overlapped";
    return "reused";
  }

  return {
    get generation() {
      return generation;
    },
    present(presented: number, key: string | null, at: number): string {
      const verdict = judge(presented, key, at);
      if (verdict === "rotated") {
        replaced = [{ generation, at }, ...replaced].slice(0, remembered);
        generation += 1;
        attempt = key;
      }
      if (verdict === "reused") isRevoked = true;
      if (["rotated", "replayed", "overlapped"].includes(verdict)) idleUntil = at + idleMs;
      return verdict;
    },
  };
}

const steps = fc.array(
  fc.record({
    wait: fc.constantFrom(0, 0, 1, 9_000, overlapMs - 1, overlapMs, 86_400_000, idleMs - 1, idleMs),
    // How many generations behind; mostly none, or the session would be over at once.
    behind: fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 11),
    key: fc.constantFrom(null, "one", "two"),
  }),
  { minLength: 5, maxLength: 25 },
);

/** Begins a grant, and a way to present any of its generations past every route, with what the client would get. */
async function startLineage() {
  const { refreshToken, grantId } = await startSession(instance, { clientId: "device" });
  const client = instance.holdfast.clients.choose("device");
  const source = { requestId: "test", address: null, userAgent: null };
  return {
    grantId,
    present: (generation: number, idempotencyKey: string | null) =>
      instance.holdfast.grants.refresh.present({
        ...{ refreshToken: forgeToken(refreshToken, { generation }), client, isProved: true, idempotencyKey, source },
      }),
  };
}

describe("any sequence of refreshes", () => {
  it("is judged as the verdict table has it, with one event each", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const { grantId, present } = await startLineage();
        const model = createModel(instance.clock.now());
        const expected: string[] = [];
        for (const { wait, behind, key } of sequence) {
          instance.clock.advance(wait);
          const generation = Math.max(1, model.generation - behind);
          const verdict = model.present(generation, key, instance.clock.now());
          expected.push(verdict);
          const outcome = await present(generation, key);
          expect(outcome.verdict).toBe(verdict);
          if (outcome.kind === "answered") expect(openToken(outcome.refreshToken).generation).toBe(model.generation);
        }
        const judged = (await eventsOf(instance, grantId)).filter(({ data }) => data.verdict !== undefined);
        expect(judged.map(({ data }) => data.verdict)).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });
});

describe("an honest client", () => {
  const attempts = fc.array(
    fc.record({
      lostAnswers: fc.nat({ max: 3 }),
      retryAfter: fc.nat({ max: idleMs - 1 }),
      sleep: fc.nat({ max: idleMs - 1 }),
    }),
    { minLength: 3, maxLength: 12 },
  );

  it("that repeats an attempt under its key is never signed out, whatever answers are lost and however long it sleeps", async () => {
    await fc.assert(
      fc.asyncProperty(attempts, async (sequence) => {
        const { present } = await startLineage();
        let held = 1;
        for (const [index, { lostAnswers, retryAfter, sleep }] of sequence.entries()) {
          for (let lost = 0; lost < lostAnswers; lost++) {
            await present(held, `attempt-${index}`);
            instance.clock.advance(retryAfter);
          }
          const outcome = await present(held, `attempt-${index}`);
          if (outcome.kind === "refused") throw new Error(`signed out: ${outcome.reason}`);
          expect(outcome.answer.generation).toBe(held + 1);
          held = outcome.answer.generation;
          instance.clock.advance(sleep);
        }
      }),
      { numRuns: 25 },
    );
  });
});
