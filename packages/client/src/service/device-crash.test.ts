import { expect, it } from "vitest";
import { createDeviceSession } from "./device-session.ts";
import { createFakeServer } from "./fake-server.testing.ts";
import { createManualEnv } from "./manual-env.testing.ts";
import { createMemoryStorage, type SessionStorage } from "./session-storage.ts";

const never = () => new Promise<never>(() => undefined);

/**
 * A process that is killed before or after its n-th step; a step is whatever leaves the process: a read, a write, a
 * request. After that, nothing it does is seen by anybody.
 */
function createMortality(killAt: number, when: "before" | "after") {
  let steps = 0;
  return {
    get isDead() {
      return steps >= killAt;
    },
    async step<Result>(work: () => Promise<Result>): Promise<Result> {
      if (steps >= killAt) return never();
      steps += 1;
      const isLast = steps === killAt;
      if (isLast && when === "before") return never();
      const result = await work();
      return isLast ? never() : result;
    },
  };
}

/** Refreshes twice, in processes of which the first is killed; answers whether it was killed at all. */
async function live(killAt: number, when: "before" | "after"): Promise<boolean> {
  const server = createFakeServer();
  const kept = createMemoryStorage();
  const env = createManualEnv(server.fetch);
  const identity = { issuer: server.issuer, clientId: "sensor" };
  const first = createDeviceSession({ ...identity, storage: kept, env });
  await first.adopt({ access_token: "at-0", token_type: "Bearer", expires_in: 900, refresh_token: "rt-1", sid: "s-1" });
  first.dispose();

  const mortality = createMortality(killAt, when);
  const storage: SessionStorage = {
    read: () => mortality.step(() => kept.read()),
    write: (text) => mortality.step(() => kept.write(text)),
  };
  const doomed = createDeviceSession({
    ...identity,
    storage,
    env: { ...env, fetch: (...args) => mortality.step(() => server.fetch(...args)) },
  });
  void doomed.getToken({ forceRefresh: true }).then(() => doomed.getToken({ forceRefresh: true }));
  await env.settle();

  // The next process comes three days later, and lives.
  env.sleep(3 * 86_400_000);
  const next = createDeviceSession({ ...identity, storage: kept, env });
  for (let refreshes = 0; refreshes < 3; refreshes += 1) {
    expect(await next.getToken({ forceRefresh: true, onTrouble: "throw" })).toMatch(/^at-/);
  }
  expect(next.state.status).toBe("active");
  expect(server.ended).toBeNull();
  return mortality.isDead;
}

it.each(["before", "after"] as const)("a session outlives a kill %s each of its steps", async (when) => {
  let steps = 1;
  while (await live(steps, when)) steps += 1;
  // Two refreshes: the storage is read, the key written, the metadata read once, the request sent, and so on.
  expect(steps).toBeGreaterThan(10);
});

it("the proof can fail: a session that forgets its key does not outlive them", async () => {
  const server = createFakeServer();
  const env = createManualEnv(server.fetch);
  const kept = createMemoryStorage();
  const forgetful: SessionStorage = {
    read: kept.read,
    write: (text) => kept.write(text.replace(/"attemptKey": "[^"]+"/, '"attemptKey": null')),
  };
  const identity = { issuer: server.issuer, clientId: "sensor", storage: forgetful, env };
  const first = createDeviceSession(identity);
  await first.adopt({ access_token: "at-0", token_type: "Bearer", expires_in: 900, refresh_token: "rt-1" });
  server.faults.push("lost-answer");
  await first.getToken({ forceRefresh: true, onTrouble: "throw" }).catch(() => undefined);
  const next = createDeviceSession(identity);
  expect(await next.getToken({ forceRefresh: true })).toBeNull();
  expect(server.ended).toBe("reuse_detected");
});
