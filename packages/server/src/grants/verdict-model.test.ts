import { type RefreshVerdict, refreshVerdicts } from "@holdfast/protocol";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createKeyRing } from "../crypto/key-ring.ts";
import { createDatabase, type Database } from "../storage/database.ts";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { createRefreshInstance, eventsOf, forgeToken, openToken, readGrant, testSecret } from "./refresh.testing.ts";
import { createRefresh } from "./refresh.ts";
import { createVerdictModel, type ModelPresentation } from "./verdict-model.testing.ts";

const overlapMs = 30_000;
const idleMs = 14 * 86_400_000;

let instance: TestInstance;
let database: Database;
beforeAll(async () => {
  instance = await createRefreshInstance({
    sessions: { endOnReuse: false, absolute: "3650d" },
    tokens: { refreshAbsolute: "3650d" },
  });
  database = createDatabase({ connection: inject("postgres"), schema: instance.schema, poolSize: 2 });
});
afterAll(async () => {
  await database.close();
  await instance.close();
});

/** Somebody presents a token, or the database is copied, or it fails over to the copy: the newest commits are gone. */
type Step = { readonly wait: number } & (
  | { readonly does: "copy" | "fail over" }
  | {
      readonly does: "present";
      /** How many generations before the newest ever handed out. */
      readonly behind: number;
      readonly key: string | null;
      readonly flaw: ModelPresentation["flaw"];
    }
);

const wait = fc.constantFrom(0, 0, 1, 9_000, overlapMs - 1, overlapMs, 86_400_000, idleMs - 1, idleMs);
// Mostly the newest, and in the right hands, or the session would be over at once.
const presenting = fc.record({
  wait,
  does: fc.constant("present" as const),
  behind: fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 11),
  key: fc.constantFrom(null, "one", "two"),
  flaw: fc.constantFrom(null, null, null, null, null, null, "tag", "handle", "proof", "client"),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: presenting, weight: 8 },
  { arbitrary: fc.record({ wait: fc.constant(0), does: fc.constant("copy" as const) }), weight: 1 },
  { arbitrary: fc.record({ wait, does: fc.constant("fail over" as const) }), weight: 1 },
);
const steps = fc.array(step, { minLength: 5, maxLength: 25 });

const give = { does: "present", wait: 0, behind: 0, key: null, flaw: null } as const;
/** What must happen whatever chance does: each verdict falls in these. */
const storyOfARotatingGrant: Step[] = [
  { ...give, flaw: "tag" },
  { ...give, flaw: "handle" },
  { ...give, flaw: "proof" },
  { ...give, flaw: "client" },
  { does: "copy", wait: 0 },
  { ...give, key: "one" },
  { ...give, key: "one", behind: 1, wait: 86_400_000 },
  give,
  { ...give, behind: 1, wait: 29_999 },
  give,
  { ...give, behind: 2 },
  { does: "fail over", wait: idleMs - 86_400_000 - 29_999 - 1 },
  { ...give, wait: idleMs - 1 },
  { ...give, behind: 3, wait: overlapMs },
  give,
];
const storyOfAGrantThatKeepsItsToken: Step[] = [
  give,
  { ...give, behind: 1, wait: idleMs - 1 },
  { ...give, wait: idleMs },
];

/** Begins a grant, with an engine of its own that can be told of a promotion, and a copy of its row. */
async function startLineage(clientId: "device" | "still") {
  const { refreshToken, grantId } = await startSession(instance, { clientId });
  const { timeline } = instance.holdfast.failover.epoch;
  let promotedAt: Date | null = null;
  const refresh = createRefresh({
    ...{
      database,
      clock: instance.clock,
      keyRing: createKeyRing([Buffer.from(testSecret)]),
      idleOf: () => idleMs / 1000,
    },
    accessTokens: { issue: () => Promise.resolve({} as never) },
    failover: {
      get epoch() {
        return { timeline, promotedAt };
      },
      enter: () => Promise.reject(new Error("nobody was promoted")),
      note: () => {},
    },
  });
  const client = instance.holdfast.clients.choose(clientId);
  const other = instance.holdfast.clients.choose("service");
  const source = { requestId: "test", address: null, userAgent: null };
  let copy = await readGrant(instance, grantId);
  return {
    grantId,
    present({ generation, key, flaw }: ModelPresentation) {
      const genuine = forgeToken(refreshToken, {
        generation,
        ...(flaw === "handle" ? { handle: Buffer.alloc(16) } : {}),
      });
      return refresh.present({
        refreshToken: flaw === "tag" ? `${genuine.slice(0, -4)}AAAA` : genuine,
        client: flaw === "client" ? other : client,
        isProved: flaw !== "proof",
        idempotencyKey: key,
        source,
      });
    },
    async copy() {
      copy = await readGrant(instance, grantId);
    },
    async failOver() {
      promotedAt = new Date(instance.clock.now());
      await instance.sql(
        `update grants set generation = $2, used_at = $3, recent_rotations = $4, attempt_hash = $5, idle_expires_at = $6,
          revoked_at = $7, revoked_reason = $8 where id = $1`,
        [
          ...[grantId, copy.generation, copy.used_at, copy.recent_rotations, copy.attempt_hash, copy.idle_expires_at],
          ...[copy.revoked_at, copy.revoked_reason],
        ],
      );
    },
  };
}

describe("any sequence of refreshes, failovers among them", () => {
  const seen = new Set<RefreshVerdict>();

  async function play(clientId: "device" | "still", sequence: readonly Step[]): Promise<void> {
    const lineage = await startLineage(clientId);
    const limits = { overlapMs, idleMs, rotates: clientId === "device" };
    const model = createVerdictModel(limits, instance.clock.now());
    const judged: string[] = [];
    for (const each of sequence) {
      instance.clock.advance(each.wait);
      const now = instance.clock.now();
      if (each.does === "present") {
        const generation = Math.max(1, model.newest - each.behind);
        const presentation = { generation, key: each.key, flaw: each.flaw };
        const verdict = model.present(presentation, now);
        seen.add(verdict);
        // What is malformed reaches no grant.
        if (verdict !== "malformed") judged.push(verdict);
        const outcome = await lineage.present(presentation);
        expect(outcome.verdict).toBe(verdict);
        if (outcome.kind === "answered") expect(openToken(outcome.refreshToken).generation).toBe(model.generation);
      } else if (each.does === "copy") {
        model.copy();
        await lineage.copy();
      } else {
        model.failOver(now);
        await lineage.failOver();
      }
    }
    const logged = (await eventsOf(instance, lineage.grantId)).filter(({ data }) => data.verdict !== undefined);
    expect(logged.map(({ data }) => data.verdict)).toEqual(judged);
  }

  it.each([
    ["rotates", "device" as const, storyOfARotatingGrant],
    ["keeps its token", "still" as const, storyOfAGrantThatKeepsItsToken],
  ])(
    "is judged as the verdict table has it, with one event each, for a client that %s",
    async (_kind, clientId, story) => {
      const property = fc.asyncProperty(steps, (sequence) => play(clientId, sequence));
      await fc.assert(property, { numRuns: 30, examples: [[story]] });
    },
    60_000,
  );

  it("sees every verdict: one that never falls would hold whatever it said", () => {
    expect(refreshVerdicts.filter((verdict) => !seen.has(verdict))).toEqual([]);
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
        const { present } = await startLineage("device");
        let held = 1;
        for (const [index, { lostAnswers, retryAfter, sleep }] of sequence.entries()) {
          for (let lost = 0; lost < lostAnswers; lost++) {
            await present({ generation: held, key: `attempt-${index}`, flaw: null });
            instance.clock.advance(retryAfter);
          }
          const outcome = await present({ generation: held, key: `attempt-${index}`, flaw: null });
          if (outcome.kind === "refused") throw new Error(`signed out: ${outcome.reason}`);
          const { generation } = openToken(outcome.refreshToken);
          expect(generation).toBe(held + 1);
          held = generation;
          instance.clock.advance(sleep);
        }
      }),
      { numRuns: 25 },
    );
  });
});
