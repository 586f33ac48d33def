import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Keys } from "./index.ts";
import { createKeyStore, day, type KeyStore, minute, signToken, verifyToken } from "./keys.testing.ts";

// An urgent key is published this long before it signs.
const urgentAhead = 2_000;

let store: KeyStore;
beforeEach(async () => {
  // Only the upkeep's timer is ours; the database keeps its own.
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  store = await createKeyStore();
});
afterEach(async () => {
  await store.close();
  vi.useRealTimers();
  expect(store.failures).toEqual([]);
});

/** Lets every node do its upkeep, which is due each half minute, and waits until it has seen `count` keys. */
async function upkeep(nodes: readonly Keys[], count: number): Promise<void> {
  vi.advanceTimersByTime(30_000);
  await vi.waitFor(() => expect(nodes.map((keys) => keys.list().length)).toEqual(nodes.map(() => count)));
}

const statuses = (keys: Keys) => keys.list().map(({ status }) => status);
const idIs = (keys: Keys, status: string) => keys.list().find((key) => key.status === status)?.id;
const publishedIds = async (keys: Keys) => (await keys.jwks()).keys.map(({ kid }) => kid);

describe("a rotation", () => {
  it("publishes the next key ahead, and signs with it when every cache has it", async () => {
    const keys = await store.startNode();
    const first = idIs(keys, "signing");
    const next = await keys.rotate();
    expect(next).toMatchObject({ status: "next", activatesAt: new Date(store.clock.now() + 15 * minute) });
    expect(await publishedIds(keys)).toEqual([first, next.id]);
    store.clock.advance(15 * minute - 1);
    expect(await verifyToken(keys, await signToken(keys))).toBe(first);
    store.clock.advance(1);
    expect(await verifyToken(keys, await signToken(keys))).toBe(next.id);
    expect(statuses(keys)).toEqual(["verifying", "signing"]);
  });

  it("keeps the old key published until its last token has expired, and then drops it", async () => {
    const keys = await store.startNode();
    const first = idIs(keys, "signing");
    await keys.rotate();
    store.clock.advance(15 * minute - 1);
    const last = await signToken(keys);
    // The token lives a quarter of an hour, and its verifier's clock may be five minutes late.
    store.clock.advance(20 * minute);
    expect(await verifyToken(await store.startNode(), last)).toBe(first);
    store.clock.advance(1);
    await upkeep([keys], 1);
    await expect(verifyToken(keys, last)).rejects.toThrow("no applicable key");
  });

  it("leaves no moment without a key that verifies, however it is hurried", async () => {
    const keys = await store.startNode();
    const live: { token: string; until: number }[] = [];
    const ids = new Set<string | undefined>();
    for (let passed = 0; passed < 60; passed++) {
      if (passed === 3 || passed === 9) await keys.rotate();
      if (passed === 20) await keys.rotate({ isUrgent: true });
      const token = await signToken(keys);
      live.push({ token, until: store.clock.now() + 15 * minute });
      ids.add(await verifyToken(keys, token));
      store.clock.advance(minute);
      const node = passed % 10 === 0 ? await store.startNode() : keys;
      for (const { token, until } of live) {
        if (until > store.clock.now()) await verifyToken(node, token);
      }
    }
    // The first, the one of minute 3, and the urgent one, which came before that of minute 9 was due.
    expect(ids.size).toBe(3);
  });
});

describe("an urgent rotation", () => {
  it("signs within seconds, is published before, and the tokens of before still verify", async () => {
    const keys = await store.startNode();
    const before = await signToken(keys);
    const key = await keys.rotate({ isUrgent: true });
    expect(await publishedIds(keys)).toContain(key.id);
    expect(await verifyToken(keys, await signToken(keys))).not.toBe(key.id);
    store.clock.advance(urgentAhead);
    expect(await verifyToken(keys, await signToken(keys))).toBe(key.id);
    expect(await verifyToken(keys, before)).not.toBe(key.id);
  });

  it("is not undone when a key that was announced before becomes due", async () => {
    const keys = await store.startNode();
    const announced = await keys.rotate();
    store.clock.advance(minute);
    const urgent = await keys.rotate({ isUrgent: true });
    store.clock.advance(urgentAhead);
    for (let passed = 0; passed < 40; passed++) {
      expect(await verifyToken(keys, await signToken(keys))).toBe(urgent.id);
      store.clock.advance(minute);
    }
    expect(announced.status).toBe("next");
    expect(idIs(keys, "signing")).toBe(urgent.id);
  });

  it("is not undone either when both came in the same millisecond", async () => {
    const keys = await store.startNode();
    await keys.rotate();
    const urgent = await keys.rotate({ isUrgent: true });
    store.clock.advance(16 * minute);
    expect(await verifyToken(keys, await signToken(keys))).toBe(urgent.id);
    expect(await verifyToken(await store.startNode(), await signToken(keys))).toBe(urgent.id);
  });
});

describe("on schedule", () => {
  it("a new key is made after thirty days, not before", async () => {
    const keys = await store.startNode();
    store.clock.advance(30 * day);
    vi.advanceTimersByTime(30_000);
    await keys.close();
    expect(keys.list()).toHaveLength(1);
    const again = await store.startNode();
    store.clock.advance(1);
    await upkeep([again], 2);
    expect(statuses(again)).toEqual(["signing", "next"]);
  });

  it("several nodes make one new key, and never sign with one that another does not publish", async () => {
    const nodes = await Promise.all([store.startNode(), store.startNode(), store.startNode()]);
    store.clock.advance(30 * day + 1);
    await upkeep(nodes, 2);
    for (let passed = 0; passed < 20; passed++) {
      store.clock.advance(minute);
      for (const signer of nodes) {
        const token = await signToken(signer);
        for (const publisher of nodes) await verifyToken(publisher, token);
      }
    }
    const signing = nodes.map((keys) => idIs(keys, "signing"));
    expect(signing).toEqual(signing.map(() => signing[0]));
    const events = await store.database.execute("select type from events order by id");
    expect(events.map(({ type }) => type)).toEqual(["key.created", "key.created", "key.retired"]);
  });

  it("another node's rotation is noticed", async () => {
    const [here, there] = [await store.startNode(), await store.startNode()];
    const key = await here.rotate();
    await upkeep([there], 2);
    expect(await publishedIds(there)).toContain(key.id);
  });
});
