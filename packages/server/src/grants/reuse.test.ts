import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import {
  createRefreshInstance,
  eventsOf,
  forgeToken,
  openToken,
  present,
  readGrant,
  refreshTimes,
} from "./refresh.testing.ts";

const longAfter = 60_000;

let instance: TestInstance;
let lenient: TestInstance;
beforeAll(async () => {
  [instance, lenient] = await Promise.all([
    createRefreshInstance(),
    createRefreshInstance({ sessions: { endOnReuse: false } }),
  ]);
});
afterAll(() => Promise.all([instance.close(), lenient.close()]));

/** Starts a second grant under the same session, as single sign-on does. */
async function startSibling(on: TestInstance, { session, account }: Awaited<ReturnType<typeof startSession>>) {
  const source = { requestId: "test", address: null, userAgent: null };
  const client = on.holdfast.clients.choose("patient");
  return on.holdfast.admission.enter({ client, session, accountId: account.id, source });
}

/** A session whose first refresh token has been replaced a minute ago, and is stolen. */
async function startRobbed(on: TestInstance) {
  const started = await startSession(on, { clientId: "device" });
  const sibling = await startSibling(on, started);
  const { body } = await present(on, started.refreshToken, { key: "honest" });
  on.clock.advance(longAfter);
  return { ...started, sibling, next: body.refresh_token };
}

describe("reused: a replaced token comes back", () => {
  it("ends the lineage for thief and owner alike, for good", async () => {
    const { refreshToken, next } = await startRobbed(instance);
    const thief = await present(instance, refreshToken);
    expect(thief.status).toBe(400);
    expect(thief.body).toMatchObject({ error: "invalid_grant", reason: "reuse_detected", retryable: false });
    for (const token of [next, refreshToken, next]) {
      expect((await present(instance, token)).body).toMatchObject({ reason: "reuse_detected" });
    }
  });

  it("ends the whole session and every grant under it", async () => {
    const { refreshToken, session, sibling } = await startRobbed(instance);
    await present(instance, refreshToken);
    expect(await instance.holdfast.sessions.find(session.id)).toMatchObject({
      revokedAt: new Date(instance.clock.now()),
      revokedReason: "reuse_detected",
    });
    const reply = await present(instance, sibling.refreshToken, { clientId: "patient" });
    expect(reply.body.reason).toBe("reuse_detected");
  });

  it("ends only the one grant where the operator wants it so", async () => {
    const { refreshToken, next, session, sibling } = await startRobbed(lenient);
    await present(lenient, refreshToken);
    expect((await present(lenient, next)).body.reason).toBe("reuse_detected");
    expect((await lenient.holdfast.sessions.find(session.id))?.revokedAt).toBeNull();
    expect((await present(lenient, sibling.refreshToken, { clientId: "patient" })).status).toBe(200);
    expect(await sessionEvents(lenient, session.id)).toEqual([]);
  });

  it("writes the evidence, and the end of each thing it ended once", async () => {
    const { refreshToken, session, grantId, sibling } = await startRobbed(instance);
    const replacedAt = (await readGrant(instance, grantId)).recent_rotations[0];
    const { headers } = await present(instance, refreshToken, { key: "thief" });
    const requestId = headers.get("x-request-id");
    const [, detected, ended, ...more] = await eventsOf(instance, grantId);
    expect(detected).toMatchObject({
      type: "session.reuse_detected",
      request_id: requestId,
      data: {
        verdict: "reused",
        presented: 1,
        generation: 2,
        is_same_attempt: false,
        address: "127.0.0.1",
        user_agent: "node",
      },
    });
    expect(new Date(String(detected?.data.replaced_at))).toEqual(replacedAt);
    expect(ended).toMatchObject({
      type: "grant.revoked",
      request_id: requestId,
      data: { reason: "reuse_detected" },
    });
    expect(more).toEqual([]);
    expect(await eventsOf(instance, sibling.subject.grantId)).toMatchObject([{ type: "grant.revoked" }]);
    expect(await sessionEvents(instance, session.id)).toEqual([
      { type: "session.revoked", request_id: requestId, data: { reason: "reuse_detected" } },
    ]);
  });

  it("is not forgiven because the key matches an attempt long past", async () => {
    const { refreshToken, next } = await startRobbed(instance);
    await present(instance, next, { key: "honest-2" });
    instance.clock.advance(longAfter);
    expect((await present(instance, refreshToken, { key: "honest" })).body.reason).toBe("reuse_detected");
  });

  it("needs no key: a retry without one after the overlap cannot be told from a thief", async () => {
    const { refreshToken } = await startSession(instance, { clientId: "device" });
    await present(instance, refreshToken);
    instance.clock.advance(longAfter);
    expect((await present(instance, refreshToken)).body.reason).toBe("reuse_detected");
  });
});

describe("recovered: the database lost its last moments", () => {
  /** Refreshes three times, then takes the database back two generations. */
  async function startLost() {
    const started = await startSession(instance, { clientId: "device" });
    const tokens = await refreshTimes(instance, started.refreshToken, 3);
    await instance.sql("update grants set generation = 2, recent_rotations = recent_rotations[3:] where id = $1", [
      started.grantId,
    ]);
    return { ...started, tokens };
  }

  it("continues from what the client holds, and raises an alarm", async () => {
    const { tokens, grantId } = await startLost();
    const { status, body } = await present(instance, tokens[3] ?? "");
    expect(status).toBe(200);
    expect(body.generation).toBe(5);
    expect(openToken(body.refresh_token).generation).toBe(5);
    expect((await eventsOf(instance, grantId)).at(-1)).toMatchObject({
      type: "session.recovered",
      data: { verdict: "recovered", presented: 4, generation: 2 },
    });
    expect((await present(instance, body.refresh_token)).body.generation).toBe(6);
  });

  it("answers the retry of that refresh with the same successor", async () => {
    const { tokens } = await startLost();
    const first = await present(instance, tokens[3] ?? "", { key: "attempt" });
    instance.clock.advance(longAfter);
    const again = await present(instance, tokens[3] ?? "", { key: "attempt" });
    expect(again.body.refresh_token).toBe(first.body.refresh_token);
  });

  it("spares a tab that still holds a generation the database has skipped", async () => {
    const { tokens } = await startLost();
    const recovered = await present(instance, tokens[3] ?? "");
    for (const token of tokens.slice(0, 4)) {
      expect((await present(instance, token)).body.refresh_token).toBe(recovered.body.refresh_token);
    }
  });

  it("is no amnesty: after the overlap the older generations are reuse again", async () => {
    const { tokens } = await startLost();
    await present(instance, tokens[3] ?? "");
    instance.clock.advance(longAfter);
    expect((await present(instance, tokens[2] ?? "")).body.reason).toBe("reuse_detected");
  });

  it("never brings a revoked grant back", async () => {
    const { tokens, session } = await startLost();
    await instance.holdfast.sessions.revoke({ id: session.id }, "signed_out");
    expect((await present(instance, tokens[3] ?? "")).body.reason).toBe("signed_out");
  });

  it("needs the handle: the server's secret alone does not carry a grant forward", async () => {
    const { tokens, grantId } = await startLost();
    const forged = forgeToken(tokens[3] ?? "", { generation: 1_000, handle: Buffer.alloc(16) });
    expect((await present(instance, forged)).body.reason).toBe("session_unknown");
    expect((await readGrant(instance, grantId)).generation).toBe(2);
  });
});

function sessionEvents(on: TestInstance, sessionId: string) {
  return on.sql(
    "select type, request_id, data from events where session_id = $1 and grant_id is null and type <> 'session.started'",
    [sessionId],
  );
}
