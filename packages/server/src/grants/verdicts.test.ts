import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { createRefreshInstance, eventsOf, openToken, present, readGrant, refreshTimes } from "./refresh.testing.ts";

const second = 1_000;
const day = 86_400 * second;

let instance: TestInstance;
beforeAll(async () => {
  instance = await createRefreshInstance();
});
afterAll(() => instance.close());

/** A moment as PostgreSQL writes it into JSON. */
const isoOf = (moment: Date) =>
  moment
    .toISOString()
    .replace("Z", "+00:00")
    .replace(/\.?0+(?=\+)/, "");

const start = (clientId = "device") => startSession(instance, { clientId });

describe("rotated: the token in force is presented", () => {
  it("answers with everything a client needs, and its successor", async () => {
    const { refreshToken, session, grantId } = await start();
    const { status, headers, body } = await present(instance, refreshToken, { key: "attempt-1" });
    expect(status).toBe(200);
    expect(body).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: "Bearer",
      expires_in: 900,
      scope: "",
      refresh_token: expect.stringMatching(/^hf_rt_[\w-]{71}$/),
      server_time_ms: instance.clock.now(),
      sid: session.id,
      generation: 2,
    });
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("content-type")).toBe("application/json");
    expect(openToken(body.refresh_token)).toEqual({ ...openToken(refreshToken), generation: 2 });
    expect(await readGrant(instance, grantId)).toMatchObject({
      generation: 2,
      used_at: new Date(instance.clock.now()),
      recent_rotations: [new Date(instance.clock.now())],
      idle_expires_at: new Date(instance.clock.now() + 14 * day),
    });
  });

  it("writes one event, with who asked and under which request", async () => {
    const { refreshToken, grantId } = await start();
    const { headers } = await present(instance, refreshToken);
    expect(await eventsOf(instance, grantId)).toEqual([
      {
        type: "session.refreshed",
        request_id: headers.get("x-request-id"),
        client_id: "device",
        data: { verdict: "rotated", presented: 1, address: "127.0.0.1", user_agent: "node" },
      },
    ]);
  });
});

describe("replayed: the retry of an attempt whose answer was lost", () => {
  it("gets the same successor, by the same key", async () => {
    const { refreshToken, grantId } = await start();
    const first = await present(instance, refreshToken, { key: "attempt-1" });
    const again = await present(instance, refreshToken, { key: "attempt-1" });
    expect(again.status).toBe(200);
    expect(again.body.refresh_token).toBe(first.body.refresh_token);
    expect(again.body.generation).toBe(2);
    expect(again.body.access_token).not.toBe(first.body.access_token);
    const [, replayed, ...more] = await eventsOf(instance, grantId);
    expect(replayed).toMatchObject({ type: "session.replayed", data: { verdict: "replayed", is_same_attempt: true } });
    expect(more).toEqual([]);
  });

  it("gets it however late, as long as the successor is unused", async () => {
    const { refreshToken } = await start();
    const first = await present(instance, refreshToken, { key: "attempt-1" });
    for (const wait of [31 * second, day, 13 * day]) {
      instance.clock.advance(wait);
      const again = await present(instance, refreshToken, { key: "attempt-1" });
      expect(again.body.refresh_token).toBe(first.body.refresh_token);
    }
  });

  it("gets it also where nothing may overlap", async () => {
    const { refreshToken } = await start("strict");
    const asStrict = { clientId: "strict", key: "attempt-1" };
    const first = await present(instance, refreshToken, asStrict);
    const again = await present(instance, refreshToken, asStrict);
    expect(again.body.refresh_token).toBe(first.body.refresh_token);
  });

  it("gets it no more once the successor was used and the overlap is over", async () => {
    const { refreshToken } = await start();
    const first = await present(instance, refreshToken, { key: "attempt-1" });
    await present(instance, first.body.refresh_token, { key: "attempt-2" });
    instance.clock.advance(30 * second);
    expect((await present(instance, refreshToken, { key: "attempt-1" })).body.reason).toBe("reuse_detected");
  });
});

describe("overlapped: a token that was replaced a moment ago", () => {
  it.each([
    ["without any key", undefined],
    ["under another key", "attempt-2"],
  ])("gets the token in force, %s", async (_case, key) => {
    const { refreshToken, grantId } = await start();
    const first = await present(instance, refreshToken, { key: "attempt-1" });
    instance.clock.advance(30 * second - 1);
    const late = await present(instance, refreshToken, key === undefined ? {} : { key });
    expect(late.status).toBe(200);
    expect(late.body.refresh_token).toBe(first.body.refresh_token);
    const [, overlapped, ...more] = await eventsOf(instance, grantId);
    expect(overlapped).toMatchObject({
      type: "session.overlapped",
      data: { presented: 1, generation: 2, ...(key === undefined ? {} : { is_same_attempt: false }) },
    });
    expect(more).toEqual([]);
  });

  it("gets it from two generations behind as well", async () => {
    const { refreshToken } = await start();
    const tokens = await refreshTimes(instance, refreshToken, 5);
    const late = await present(instance, refreshToken);
    expect(late.body).toMatchObject({ refresh_token: tokens.at(-1), generation: 6 });
  });

  it("counts from when this very generation was replaced, not from the last rotation", async () => {
    const { refreshToken } = await start();
    const [, next = "", third = ""] = await refreshTimes(instance, refreshToken, 2);
    instance.clock.advance(20 * second);
    await refreshTimes(instance, third, 1);
    instance.clock.advance(10 * second);
    expect((await present(instance, next)).status).toBe(200);
    expect((await present(instance, refreshToken)).body.reason).toBe("reuse_detected");
  });

  it("counts from when its successor was used, where that was received only hours later", async () => {
    const { refreshToken, grantId } = await start();
    // The answer is lost and the laptop sleeps. On waking one tab repeats the attempt and refreshes again at once; the
    // other's repetition comes a moment after.
    await present(instance, refreshToken, { key: "attempt-1" });
    const replacedAt = new Date(instance.clock.now());
    instance.clock.advance(9 * 3_600 * second);
    const { body } = await present(instance, refreshToken, { key: "attempt-1" });
    const newest = await present(instance, body.refresh_token, { key: "attempt-2" });
    const usedAt = new Date(instance.clock.now());
    instance.clock.advance(30 * second - 1);
    const late = await present(instance, refreshToken, { key: "attempt-1" });
    expect(late.body).toMatchObject({ generation: 3, refresh_token: newest.body.refresh_token });
    const overlapped = (await eventsOf(instance, grantId)).at(-1);
    expect(overlapped).toMatchObject({
      type: "session.overlapped",
      data: { replaced_at: isoOf(replacedAt), successor_replaced_at: isoOf(usedAt) },
    });
    instance.clock.advance(1);
    expect((await present(instance, refreshToken, { key: "attempt-1" })).body.reason).toBe("reuse_detected");
  });

  it.each([
    ["device", 30],
    ["patient", 300],
  ])("ends exactly at the overlap of %s: %i s", async (clientId, overlap) => {
    const { refreshToken } = await start(clientId);
    await present(instance, refreshToken, { clientId });
    instance.clock.advance(overlap * second - 1);
    expect((await present(instance, refreshToken, { clientId })).status).toBe(200);
    instance.clock.advance(1);
    expect((await present(instance, refreshToken, { clientId })).body.reason).toBe("reuse_detected");
  });

  it("does not happen where the overlap is 0, not even in the same millisecond", async () => {
    const { refreshToken } = await start("strict");
    await present(instance, refreshToken, { clientId: "strict", key: "attempt-1" });
    const late = await present(instance, refreshToken, { clientId: "strict", key: "attempt-2" });
    expect(late.body.reason).toBe("reuse_detected");
  });

  it("reaches back over ten rotations; what is no longer remembered counts as reuse", async () => {
    const { refreshToken } = await start();
    const [, newer = ""] = await refreshTimes(instance, refreshToken, 12);
    // Replaced eleven rotations ago, and its successor ten.
    expect((await present(instance, newer)).body.generation).toBe(13);
    expect((await present(instance, refreshToken)).body.reason).toBe("reuse_detected");
  });
});

describe("renewed: a confidential client that does not rotate", () => {
  it("keeps its refresh token, and its idle limit moves on", async () => {
    const { refreshToken, grantId } = await start("still");
    instance.clock.advance(10 * day);
    const { status, body } = await present(instance, refreshToken, { clientId: "still" });
    expect(status).toBe(200);
    expect(body).toMatchObject({ refresh_token: refreshToken, generation: 1 });
    expect(await readGrant(instance, grantId)).toMatchObject({
      generation: 1,
      used_at: new Date(instance.clock.now()),
      recent_rotations: [],
      idle_expires_at: new Date(instance.clock.now() + 14 * day),
    });
    expect(await eventsOf(instance, grantId)).toMatchObject([{ type: "session.renewed" }]);
  });
});

describe("expired: an idle or absolute limit has passed", () => {
  it("lets a token in one millisecond before its idle limit, and not at it", async () => {
    const { refreshToken } = await start();
    instance.clock.advance(14 * day - 1);
    const { body } = await present(instance, refreshToken);
    expect(body.generation).toBe(2);
    instance.clock.advance(14 * day);
    expect((await present(instance, body.refresh_token)).body.reason).toBe("session_expired");
  });

  it("lets no use move the absolute limit", async () => {
    const { refreshToken, grantId } = await start();
    const { expires_at } = await readGrant(instance, grantId);
    let token = refreshToken;
    for (let turn = 0; turn < 6; turn++) {
      instance.clock.advance(13 * day);
      token = (await present(instance, token)).body.refresh_token;
    }
    instance.clock.set(expires_at.getTime() - 1);
    token = (await present(instance, token)).body.refresh_token;
    instance.clock.advance(1);
    expect((await present(instance, token)).body.reason).toBe("session_expired");
    expect((await readGrant(instance, grantId)).expires_at).toEqual(expires_at);
  });
});

describe("the times of a grant", () => {
  it("never move backwards: a node whose statement was held up comes with an earlier moment", async () => {
    const { refreshToken, grantId } = await start();
    const { body } = await present(instance, refreshToken);
    const before = await readGrant(instance, grantId);
    instance.clock.advance(-5 * second);
    await present(instance, body.refresh_token);
    await present(instance, body.refresh_token);
    const { used_at, idle_expires_at, recent_rotations } = await readGrant(instance, grantId);
    expect({ used_at, idle_expires_at }).toEqual({
      used_at: before.used_at,
      idle_expires_at: before.idle_expires_at,
    });
    expect(recent_rotations).toEqual([before.used_at, before.used_at]);
    instance.clock.advance(5 * second);
  });
});
