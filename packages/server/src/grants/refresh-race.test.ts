import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { parseConfig } from "../config/index.ts";
import { createHoldfast, type Holdfast } from "../holdfast.ts";
import { createLogger } from "../logging/logger.ts";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import {
  createRefreshInstance,
  eventsOf,
  present,
  type RefreshReply,
  readGrant,
  testClients,
  testSecret,
} from "./refresh.testing.ts";

let instance: TestInstance;
/** A second node over the same schema, asked without a socket. */
let secondNode: Holdfast;
beforeAll(async () => {
  instance = await createRefreshInstance();
  const { issuer, schema, clock } = instance;
  const config = parseConfig(
    { issuer, secret: testSecret, clients: [...testClients], database: { schema, poolSize: 5 } },
    { mode: "development" },
  );
  const logger = createLogger({ level: "silent" });
  secondNode = await createHoldfast(config, { connection: inject("postgres"), logger, clock });
});
afterAll(async () => {
  await secondNode.close();
  await instance.close();
});

const times = <Result>(count: number, each: (index: number) => Promise<Result>) =>
  Promise.all(Array.from({ length: count }, (_, index) => each(index)));

async function presentToSecondNode(refreshToken: string, key?: string): Promise<RefreshReply> {
  const response = await secondNode.fetch(
    new Request(`${instance.issuer}/refresh`, {
      method: "POST",
      body: new URLSearchParams({ client_id: "device", refresh_token: refreshToken }),
      headers: key === undefined ? {} : { "Idempotency-Key": key },
    }),
  );
  return { status: response.status, headers: response.headers, body: (await response.json()) as RefreshReply["body"] };
}

/** One rotation, one successor, told to everybody (I1). */
async function expectOneLineage(replies: readonly RefreshReply[], grantId: string) {
  expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 200));
  expect(new Set(replies.map(({ body }) => body.refresh_token)).size).toBe(1);
  expect(new Set(replies.map(({ body }) => body.generation))).toEqual(new Set([2]));
  expect(await readGrant(instance, grantId)).toMatchObject({ generation: 2, revoked_at: null });
  const events = await eventsOf(instance, grantId);
  expect(events).toHaveLength(replies.length);
  expect(events[0]).toMatchObject({ type: "session.refreshed" });
  return events.slice(1).map(({ type }) => type);
}

describe("forty refreshes of one token at once", () => {
  it("under one key are one rotation and its replays", async () => {
    const { refreshToken, grantId } = await startSession(instance, { clientId: "device" });
    const replies = await times(40, () => present(instance, refreshToken, { key: "attempt" }));
    const others = await expectOneLineage(replies, grantId);
    expect(new Set(others)).toEqual(new Set(["session.replayed"]));
  });

  it("under forty keys are one rotation and its overlap", async () => {
    const { refreshToken, grantId } = await startSession(instance, { clientId: "device" });
    const replies = await times(40, (index) => present(instance, refreshToken, { key: `attempt-${index}` }));
    const others = await expectOneLineage(replies, grantId);
    expect(new Set(others)).toEqual(new Set(["session.overlapped"]));
  });

  it("on two nodes are one rotation: no verdict depends on who answers", async () => {
    const { refreshToken, grantId } = await startSession(instance, { clientId: "device" });
    const replies = await times(40, (index) =>
      index % 2 === 0 ? present(instance, refreshToken) : presentToSecondNode(refreshToken),
    );
    await expectOneLineage(replies, grantId);
  });

  it("each mint an access token of their own", async () => {
    const { refreshToken } = await startSession(instance, { clientId: "device" });
    const replies = await times(10, () => present(instance, refreshToken));
    expect(new Set(replies.map(({ body }) => body.access_token)).size).toBe(10);
  });
});

describe("refreshes that race a revocation", () => {
  it("have no success after it was acknowledged, and log none", async () => {
    for (let round = 0; round < 5; round++) {
      const { refreshToken, session, grantId } = await startSession(instance, { clientId: "device" });
      const racing = times(20, (index) =>
        index % 2 ? present(instance, refreshToken) : presentToSecondNode(refreshToken),
      );
      await instance.holdfast.sessions.revoke({ id: session.id }, "signed_out");
      const acknowledged = await readGrant(instance, grantId);
      const after = await times(4, (index) =>
        index % 2 ? present(instance, refreshToken) : presentToSecondNode(refreshToken),
      );
      expect(after.map(({ body }) => body.reason)).toEqual(after.map(() => "signed_out"));
      const tokens = new Set((await racing).flatMap(({ body }) => body.refresh_token ?? []));
      for (const token of tokens) expect((await present(instance, token)).body.reason).toBe("signed_out");
      expect(await readGrant(instance, grantId)).toEqual(acknowledged);
      const types = (await eventsOf(instance, grantId)).map(({ type }) => type);
      const ending = types.indexOf("grant.revoked");
      expect(types.lastIndexOf("grant.revoked")).toBe(ending);
      expect(new Set(types.slice(ending + 1))).toEqual(new Set(["token.refused"]));
      expect(types.slice(0, ending)).not.toContain("token.refused");
    }
  });

  it("find a revocation of the other node at once", async () => {
    const { refreshToken, session } = await startSession(instance, { clientId: "device" });
    await secondNode.sessions.revoke({ id: session.id }, "session_revoked");
    expect((await present(instance, refreshToken)).body.reason).toBe("session_revoked");
  });
});

describe("two nodes", () => {
  it("carry one lineage on in turns, and answer each other's retries", async () => {
    const { refreshToken } = await startSession(instance, { clientId: "device" });
    const here = await present(instance, refreshToken, { key: "attempt-1" });
    const there = await presentToSecondNode(refreshToken, "attempt-1");
    expect(there.body.refresh_token).toBe(here.body.refresh_token);
    const next = await presentToSecondNode(there.body.refresh_token, "attempt-2");
    expect(next.body.generation).toBe(3);
    expect((await present(instance, there.body.refresh_token, { key: "attempt-2" })).body).toMatchObject({
      refresh_token: next.body.refresh_token,
    });
  });

  it("let a stolen token end the session once, however many thieves there are", async () => {
    const { refreshToken, session, grantId } = await startSession(instance, { clientId: "device" });
    await present(instance, refreshToken);
    instance.clock.advance(60_000);
    const thieves = await times(12, (index) =>
      index % 2 ? present(instance, refreshToken) : presentToSecondNode(refreshToken),
    );
    expect(new Set(thieves.map(({ body }) => body.reason))).toEqual(new Set(["reuse_detected"]));
    const types = (await eventsOf(instance, grantId)).map(({ type }) => type);
    expect(types.filter((type) => type === "session.reuse_detected")).toHaveLength(1);
    expect(types.filter((type) => type === "grant.revoked")).toHaveLength(1);
    const ends = await instance.sql("select from events where session_id = $1 and type = 'session.revoked'", [
      session.id,
    ]);
    expect(ends).toHaveLength(1);
  });
});
