import { randomBytes } from "node:crypto";
import { errorCatalogue, type RevokedReason } from "@holdfast/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { uuidv7 } from "../crypto/uuid.ts";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import {
  basic,
  confidentialSecret,
  createRefreshInstance,
  eventsOf,
  forgeToken,
  postRefresh,
  present,
  type RefreshReply,
  readGrant,
} from "./refresh.testing.ts";

let instance: TestInstance;
beforeAll(async () => {
  instance = await createRefreshInstance();
});
afterAll(() => instance.close());

const start = (clientId = "device") => startSession(instance, { clientId });

/** Every refusal has this very shape (RFC 6749, section 5.2, and what tells weather from a verdict). */
function expectRefusal(
  reply: RefreshReply,
  reason: keyof typeof errorCatalogue,
  error = "invalid_grant",
  status = 400,
) {
  expect(reply.body).toEqual({
    error,
    error_description: expect.stringMatching(/^[\x20-\x21\x23-\x5b\x5d-\x7e]{10,}$/),
    error_uri: `${instance.issuer}/errors/${reason}`,
    reason,
    retryable: false,
    request_id: reply.headers.get("x-request-id"),
    server_time_ms: instance.clock.now(),
  });
  expect(reply.status).toBe(status);
  expect(reply.headers.get("cache-control")).toBe("no-store");
  expect(reply.headers.get("content-type")).toBe("application/json");
  expect(reply.headers.get("retry-after")).toBeNull();
  expect(reply.headers.getSetCookie()).toEqual([]);
}

describe("malformed", () => {
  it("is refused, and leaves no event", async () => {
    const [before] = await instance.sql("select count(*)::int as count from events");
    expectRefusal(await present(instance, "hf_rt_nonsense"), "refresh_token_malformed");
    expect(await instance.sql("select count(*)::int as count from events")).toEqual([before]);
  });
});

describe("unknown", () => {
  it("is a grant that is not there, however right the tag", async () => {
    const { refreshToken } = await start();
    const grantId = uuidv7(instance.clock.now());
    expectRefusal(await present(instance, forgeToken(refreshToken, { grantId })), "session_unknown");
    expect(await eventsOf(instance, grantId)).toEqual([]);
  });

  it("is a wrong handle: the server's secret and its database do not make a token", async () => {
    const { refreshToken, grantId } = await start();
    const reply = await present(instance, forgeToken(refreshToken, { handle: randomBytes(16) }));
    expectRefusal(reply, "session_unknown");
    expect(await eventsOf(instance, grantId)).toMatchObject([{ type: "token.refused", data: { verdict: "unknown" } }]);
    expect((await present(instance, refreshToken)).status).toBe(200);
  });

  it("is a wrong handle also for an older generation: guessing never ends anybody's session", async () => {
    const { refreshToken } = await start();
    const next = (await present(instance, refreshToken)).body.refresh_token;
    instance.clock.advance(60_000);
    await present(instance, forgeToken(refreshToken, { handle: randomBytes(16) }));
    expect((await present(instance, next)).status).toBe(200);
  });
});

describe("revoked", () => {
  it.each<[RevokedReason, keyof typeof errorCatalogue]>([
    ["signed_out", "signed_out"],
    ["session_revoked", "session_revoked"],
    ["replaced", "session_revoked"],
    ["reuse_detected", "reuse_detected"],
    ["user_disabled", "user_disabled"],
    ["user_deleted", "user_disabled"],
    ["account_closed", "account_closed"],
    ["member_removed", "session_revoked"],
  ])("for %s tells the client %s", async (revoked, reason) => {
    const { refreshToken, session, grantId } = await start();
    await instance.holdfast.sessions.revoke({ id: session.id }, revoked);
    const reply = await present(instance, refreshToken);
    expectRefusal(reply, reason);
    const [ended, refused, ...more] = await eventsOf(instance, grantId);
    expect(ended).toMatchObject({ type: "grant.revoked", data: { reason: revoked } });
    expect(refused).toMatchObject({
      type: "token.refused",
      request_id: reply.body.request_id,
      data: { verdict: "revoked", reason: revoked },
    });
    expect(more).toEqual([]);
  });

  it("comes before every other reason: old, expired, of another client", async () => {
    const { refreshToken, session } = await start();
    const next = (await present(instance, refreshToken)).body.refresh_token;
    await instance.holdfast.sessions.revoke({ id: session.id }, "signed_out");
    instance.clock.advance(100 * 86_400_000);
    expectRefusal(await present(instance, refreshToken), "signed_out");
    expectRefusal(await present(instance, next), "signed_out");
    expectRefusal(await present(instance, next, { clientId: "strict" }), "signed_out");
  });
});

describe("expired", () => {
  it("writes one event, and revokes nothing", async () => {
    const { refreshToken, grantId } = await start();
    instance.clock.advance(14 * 86_400_000);
    expectRefusal(await present(instance, refreshToken), "session_expired");
    expect(await eventsOf(instance, grantId)).toMatchObject([{ type: "token.refused", data: { verdict: "expired" } }]);
    expect((await readGrant(instance, grantId)).revoked_at).toBeNull();
  });
});

describe("unbound: the grant is not harmed", () => {
  it("by another client", async () => {
    const { refreshToken, grantId } = await start();
    expectRefusal(await present(instance, refreshToken, { clientId: "strict" }), "client_mismatch");
    expect(await eventsOf(instance, grantId)).toMatchObject([
      { type: "token.refused", client_id: "device", data: { verdict: "unbound", presented_by: "strict" } },
    ]);
    expect((await present(instance, refreshToken)).status).toBe(200);
  });

  it("by a wrong secret, not even with a token that was replaced long ago", async () => {
    const { refreshToken } = await start("service");
    const next = (await present(instance, refreshToken, { clientId: "service" })).body.refresh_token;
    instance.clock.advance(3_600_000);
    const wrong = { Authorization: basic("service", `${confidentialSecret}!`) };
    const reply = await postRefresh(instance, { refresh_token: refreshToken }, wrong);
    expectRefusal(reply, "client_authentication_failed", "invalid_client", 401);
    expect(reply.headers.get("www-authenticate")).toBe(`Basic realm="${instance.issuer}"`);
    expect((await present(instance, next, { clientId: "service" })).status).toBe(200);
  });

  it("by another client, not even with a token that was replaced long ago", async () => {
    const { refreshToken } = await start();
    const next = (await present(instance, refreshToken)).body.refresh_token;
    instance.clock.advance(3_600_000);
    expectRefusal(await present(instance, refreshToken, { clientId: "strict" }), "client_mismatch");
    expect((await present(instance, next)).status).toBe(200);
  });
});

describe("every refusal", () => {
  it("links to a page that explains it", async () => {
    const { refreshToken } = await start();
    const { body } = await present(instance, refreshToken, { clientId: "strict" });
    const page = await fetch(body.error_uri);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain(errorCatalogue[body.reason].title);
  });

  it("leaves no token and no secret in the log", async () => {
    const { refreshToken, session } = await start("service");
    await postRefresh(instance, { refresh_token: refreshToken, client_secret: confidentialSecret });
    await instance.holdfast.sessions.revoke({ id: session.id }, "signed_out");
    const { body } = await present(instance, refreshToken, { clientId: "service" });
    const log = instance.logged.join("");
    expect(log).toContain(body.request_id);
    for (const secret of [refreshToken.slice(6, 40), confidentialSecret]) expect(log).not.toContain(secret);
  });
});
