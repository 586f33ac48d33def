import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createKeyRing } from "../crypto/key-ring.ts";
import type { Ending, Epoch } from "../failover/index.ts";
import { createDatabase, type Database } from "../storage/database.ts";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { createRefreshInstance, eventsOf, readGrant, testSecret } from "./refresh.testing.ts";
import { createRefresh } from "./refresh.ts";

let instance: TestInstance;
let database: Database;
beforeAll(async () => {
  instance = await createRefreshInstance();
  database = createDatabase({ connection: inject("postgres"), schema: instance.schema, poolSize: 2 });
});
afterAll(async () => {
  await database.close();
  await instance.close();
});

const elsewhere: Epoch = { timeline: "000000FE", promotedAt: null };

/** A node that knows another timeline than the database's, and does this when it is told. */
async function createStranger(onEnter: (timeline: string) => Promise<Epoch>) {
  const { refreshToken, grantId } = await startSession(instance, { clientId: "device" });
  const noted: Ending[] = [];
  const entered: string[] = [];
  let epoch = elsewhere;
  const refresh = createRefresh({
    ...{ database, clock: instance.clock, keyRing: createKeyRing([Buffer.from(testSecret)]), idleOf: () => 60 },
    accessTokens: { issue: () => Promise.resolve({} as never) },
    failover: {
      get epoch() {
        return epoch;
      },
      async enter(timeline) {
        entered.push(timeline);
        epoch = await onEnter(timeline);
      },
      note: (endings) => void noted.push(...endings),
    },
  });
  const client = instance.holdfast.clients.choose("device");
  const source = { requestId: "test", address: null, userAgent: null };
  return {
    ...{ grantId, noted, entered },
    present: () => refresh.present({ refreshToken, client, isProved: true, idempotencyKey: null, source }),
  };
}

const timelineNow = () => instance.holdfast.failover.epoch.timeline;

describe("a database on a timeline that this node does not know", () => {
  it("is judged on once the node has entered it, and not before", async () => {
    const stranger = await createStranger(async (timeline) => {
      expect(await readGrant(instance, stranger.grantId)).toMatchObject({ generation: 1, used_at: null });
      expect(await eventsOf(instance, stranger.grantId)).toEqual([]);
      return { timeline, promotedAt: null };
    });
    expect((await stranger.present()).verdict).toBe("rotated");
    expect(stranger.entered).toEqual([timelineNow()]);
    expect(await eventsOf(instance, stranger.grantId)).toHaveLength(1);
  });

  it("is not judged on when it cannot be entered", async () => {
    const stranger = await createStranger(() => Promise.reject(new Error("what had ended could not be ended again")));
    await expect(stranger.present()).rejects.toThrow("could not be ended again");
    expect(await readGrant(instance, stranger.grantId)).toMatchObject({ generation: 1, used_at: null });
  });

  it("is left alone when the timeline changes each time one looks", async () => {
    const stranger = await createStranger(async () => elsewhere);
    await expect(stranger.present()).rejects.toMatchObject({ code: "temporarily_unavailable" });
    expect(stranger.entered).toHaveLength(3);
    expect(await readGrant(instance, stranger.grantId)).toMatchObject({ generation: 1, used_at: null });
  });

  it("and on one that it knows, an end that the statement wrote is remembered", async () => {
    const stranger = await createStranger(async (timeline) => ({ timeline, promotedAt: null }));
    await stranger.present();
    expect(stranger.noted).toEqual([]);
    instance.clock.advance(30_000);
    expect((await stranger.present()).verdict).toBe("reused");
    expect(stranger.noted).toEqual([{ subject: "grant", id: stranger.grantId, reason: "reuse_detected" }]);
  });
});
