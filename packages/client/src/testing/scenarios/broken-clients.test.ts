import { describe, expect, it } from "vitest";
import { createAuthClient } from "../../create-auth-client.ts";
import type { ClientEnv } from "../../env.ts";
import { createNaiveClient, type NaiveHabits, naiveHabits } from "../naive-client.ts";
import { WorldFailed } from "../world-failed.ts";
import type { CreateClient } from "../world-options.ts";
import { runScenario, type Scenario, scenarios } from "./index.ts";

/** A table of faults that nobody can fail proves nothing. Each client here lacks one thing, and named rows notice. */
function row(number: number): Scenario {
  const found = scenarios.find((each) => each.number === number);
  if (!found) throw new Error(`The table has no row ${number}.`);
  return found;
}

const goodHabits = Object.fromEntries(Object.keys(naiveHabits).map((name) => [name, false])) as unknown as NaiveHabits;
const withHabits = (habits: Partial<NaiveHabits>): CreateClient => {
  return (page, storage) => createNaiveClient(page, storage, { ...goodHabits, ...habits });
};

describe("a client as people write it today", () => {
  it.each([
    { habit: "timerOnly", rows: [8, 34] },
    { habit: "trustsWallClock", rows: [28, 29, 31] },
    { habit: "nullOnError", rows: [8, 11] },
    { habit: "reloadsOnFailure", rows: [8] },
    { habit: "refreshesTwice", rows: [22, 35] },
    { habit: "sendsNoKey", rows: [19] },
    { habit: "believesEverybody", rows: [12] },
  ] as const)("fails rows $rows by its habit $habit, and passes them without it", async ({ habit, rows }) => {
    for (const number of rows) {
      await runScenario(row(number), { client: withHabits({}) });
      await expect(runScenario(row(number), { client: withHabits({ [habit]: true }) })).rejects.toThrow(WorldFailed);
    }
  });

  it("with all its habits fails more rows than it passes", async () => {
    let failed = 0;
    for (const scenario of scenarios) {
      const storage = scenario.storage?.[0] ?? "cookie";
      await runScenario(scenario, { client: createNaiveClient, storage }).catch(() => failed++);
    }
    expect(failed).toBeGreaterThan(scenarios.length / 2);
  });
});

/** The real client in a browser that is different in one point. */
function withEnv(change: (env: ClientEnv) => Partial<ClientEnv>): CreateClient {
  return ({ env, issuer, clientId }, storage) =>
    createAuthClient({ issuer, clientId, storage, env: { ...env, ...change(env) } });
}

/** … whose requests carry another key, or none. */
const withKey = (key: (env: ClientEnv) => string | null) =>
  withEnv((env) => ({
    fetch(input, init) {
      const headers = new Headers(init?.headers);
      const replaced = key(env);
      if (replaced === null) headers.delete("idempotency-key");
      else if (headers.has("idempotency-key")) headers.set("idempotency-key", replaced);
      return env.fetch(input, { ...init, headers });
    },
  }));

const deaf = { isOnline: () => true, isVisible: () => true, listen: () => () => undefined };

describe("the real client", () => {
  it.each([
    { lack: "an Idempotency-Key", rows: [17, 18, 19], client: withKey(() => null) },
    { lack: "the same key for a retry", rows: [17, 18, 19], client: withKey((env) => env.randomId()) },
    { lack: "a wall clock", rows: [1], client: withEnv((env) => ({ wallNow: env.monotonicNow })) },
    { lack: "a monotonic clock", rows: [31], client: withEnv((env) => ({ monotonicNow: env.wallNow })) },
    { lack: "storage", rows: [9, 19, 36], client: withEnv(() => ({ storage: null })) },
    { lack: "a channel", rows: [10, 21], client: withEnv(() => ({ openChannel: null })) },
    { lack: "locks", rows: [21], client: withEnv(() => ({ locks: null })) },
    { lack: "news of its page's life", rows: [36], client: withEnv(() => ({ lifecycle: deaf })) },
    {
      lack: "distrust of onLine",
      rows: [7],
      client: withEnv((env) => ({
        fetch: (input, init) =>
          env.lifecycle.isOnline() ? env.fetch(input, init) : Promise.reject(new TypeError("offline")),
      })),
    },
  ])("needs $lack: rows $rows fail without", async ({ rows, client }) => {
    for (const number of rows) await expect(runScenario(row(number), { client })).rejects.toThrow(WorldFailed);
  });
});
