import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { basic, confidentialSecret } from "../grants/refresh.testing.ts";
import type { Holdfast } from "../holdfast.ts";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { asService, createOtherNode, createTokensInstance } from "../tokens/tokens.testing.ts";

const runs = 8;
const people = 2;
const sessionsEach = 3;
// One that rotates, whose overlap answers every generation, and one that does not.
const clientIds = ["patient", "still"] as const;

let here: TestInstance;
let there: Holdfast;
const thereLogged: string[] = [];
beforeAll(async () => {
  here = await createTokensInstance();
  there = await createOtherNode(here, thereLogged);
});
afterAll(async () => {
  await there.close();
  await here.close();
});

interface Held {
  readonly grantId: string;
  readonly refreshToken: string;
  readonly clientId: string;
  readonly session: string;
  readonly user: string;
  readonly account: string;
  /** When the first end of it was acknowledged. */
  endedAt: number;
}

async function startAll(): Promise<Held[]> {
  const held: Held[] = [];
  for (let person = 0; person < people; person++) {
    const email = `${crypto.randomUUID()}@example.com`;
    for (let turn = 0; turn < sessionsEach; turn++) {
      const { session, account } = await startSession(here, { email, clientId: "device" });
      for (const clientId of clientIds) {
        const client = here.holdfast.clients.choose(clientId);
        const source = { requestId: "test", address: null, userAgent: null };
        const entered = await here.holdfast.admission.enter({ client, session, accountId: account.id, source });
        held.push({
          grantId: entered.subject.grantId,
          refreshToken: entered.refreshToken,
          ...{
            clientId,
            session: session.id,
            user: session.userId,
            account: account.id,
            endedAt: Number.POSITIVE_INFINITY,
          },
        });
      }
    }
  }
  return held;
}

async function send(node: number, path: string, body: string | URLSearchParams, headers: Record<string, string>) {
  const init = { method: "POST", body, headers };
  if (node === 0) return fetch(here.issuer + path, init);
  return there.fetch(new Request(here.issuer + path, init));
}

const asClient = (clientId: string): Record<string, string> =>
  clientId === "still" ? { Authorization: basic(clientId, confidentialSecret) } : {};

/** What any of many callers does at once with the others. */
const step = fc.record({
  what: fc.constantFrom("refresh", "refresh", "refresh", "session", "grant", "user", "account", "client", "give back"),
  which: fc.nat({ max: people * sessionsEach * clientIds.length - 1 }),
  node: fc.nat({ max: 1 }),
});
type Step = ReturnType<typeof step.generate>["value"];

async function refresh(held: Held, node: number): Promise<{ status: number; startedAt: number }> {
  const startedAt = performance.now();
  const fields = new URLSearchParams({ client_id: held.clientId, refresh_token: held.refreshToken });
  const { status } = await send(node, "/refresh", fields, asClient(held.clientId));
  return { status, startedAt };
}

/** Which of all a step ends. */
function covered(all: readonly Held[], { what, which }: Step): readonly Held[] {
  const chosen = all[which] as Held;
  switch (what) {
    case "session":
    case "user":
    case "account":
      return all.filter((each) => each[what] === chosen[what]);
    case "client":
      return all.filter(({ clientId }) => clientId === chosen.clientId);
    default:
      return [chosen];
  }
}

/** Ends, and tries again where the node was too busy, as a back office would. */
async function end(all: readonly Held[], taken: Step): Promise<number> {
  for (;;) {
    const status = await endOnce(all, taken);
    if (status !== 503) return status;
  }
}

async function endOnce(all: readonly Held[], taken: Step): Promise<number> {
  const chosen = all[taken.which] as Held;
  if (taken.what === "give back") {
    const fields = new URLSearchParams({ client_id: chosen.clientId, token: chosen.refreshToken });
    return (await send(taken.node, "/revoke", fields, asClient(chosen.clientId))).status;
  }
  const ids = { ...chosen, grant: chosen.grantId, client: chosen.clientId };
  const body = JSON.stringify({ [taken.what]: ids[taken.what as keyof typeof ids] });
  const headers = { ...asService("office"), "Content-Type": "application/json" };
  return (await send(taken.node, "/revocations", body, headers)).status;
}

it("an end that was acknowledged is never followed by a good answer, and nobody waits in a circle", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 50, maxLength: 50 }), async (steps) => {
      const all = await startAll();
      const refreshes: { held: Held; status: number; startedAt: number }[] = [];
      const statuses: number[] = [];
      async function take(taken: Step): Promise<void> {
        const chosen = all[taken.which] as Held;
        // Again and again, so that some begin right after another's acknowledgment.
        for (let turn = 0; taken.what === "refresh" && turn < 4; turn++) {
          refreshes.push({ held: chosen, ...(await refresh(chosen, taken.node)) });
        }
        if (taken.what === "refresh") return;
        statuses.push(await end(all, taken));
        const acknowledgedAt = performance.now();
        for (const each of covered(all, taken)) each.endedAt = Math.min(each.endedAt, acknowledgedAt);
      }
      await Promise.all(steps.map(take));
      for (const held of all) refreshes.push({ held, ...(await refresh(held, 0)) });

      expect(statuses.filter((status) => status !== 200)).toEqual([]);
      expect(refreshes.filter(({ status }) => ![200, 400, 503].includes(status))).toEqual([]);
      expect(refreshes.filter(({ held, status, startedAt }) => status === 200 && startedAt > held.endedAt)).toEqual([]);
      // And what nobody has ended still is answered.
      const spared = refreshes.filter(
        ({ held, status }) => held.endedAt === Number.POSITIVE_INFINITY && status === 400,
      );
      expect(spared).toEqual([]);
      const untold = await here.sql(
        `select g.id from grants g where g.id = any($1) and (g.revoked_at is not null)::int <>
           (select count(*) from events e where e.grant_id = g.id and e.type = 'grant.revoked')`,
        [all.map(({ grantId }) => grantId)],
      );
      expect(untold).toEqual([]);
      expect([...here.logged, ...thereLogged].filter((line) => line.includes("deadlock"))).toEqual([]);
    }),
    { numRuns: runs, endOnFailure: true },
  );
}, 120_000);

it("fifty ends of one session at once are one end", async () => {
  const [held] = await startAll();
  const steps = Array.from({ length: 50 }, (_, index) => ({ what: "session", which: 0, node: index % 2 }) as Step);
  const statuses = await Promise.all(steps.map((each) => end([held as Held], each)));
  expect(new Set(statuses)).toEqual(new Set([200]));
  const ends = await here.sql("select 1 from events where session_id = $1 and type = 'session.revoked'", [
    held?.session,
  ]);
  expect(ends).toHaveLength(1);
});
