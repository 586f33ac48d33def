import { describe, expect, it } from "vitest";
import type { AuthError } from "../auth-error.ts";
import { createSignedInDevice, type DeviceSetting } from "./device-session.testing.ts";
import { html, json, refusal } from "./fake-server.testing.ts";
import { createMemoryStorage, type SessionStorage } from "./session-storage.ts";

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "resolved",
    (error: AuthError) => error.code,
  );
const refreshes = ({ server }: DeviceSetting) =>
  server.requests.filter(({ form }) => form.get("grant_type") === "refresh_token");

describe("a device's session", () => {
  it("refreshes under a key that is in storage before the request leaves, and is gone with the successor", async () => {
    const device = await createSignedInDevice();
    const { session, env, server } = device;
    let stored: Record<string, unknown> = {};
    const { fetch } = server;
    Object.assign(env, {
      fetch: async (...args: Parameters<typeof fetch>) => {
        stored = await device.record();
        return fetch(...args);
      },
    });
    await env.advance(900_000);
    expect(await session.getToken()).toBe("at-1");
    const [request] = refreshes(device);
    expect(request?.form.get("refresh_token")).toBe("rt-1");
    expect(stored.attemptKey).toBe(request?.headers.get("idempotency-key"));
    expect(await device.record()).toMatchObject({ refreshToken: "rt-2", attemptKey: null, revision: 1 });
  });

  it("sends until when it waits, once it knows the server's clock", async () => {
    const device = await createSignedInDevice();
    const { session, env, server } = device;
    server.now = () => env.wallNow() + 7 * 60_000;
    await session.getToken({ forceRefresh: true });
    await session.getToken({ forceRefresh: true });
    const [first, second] = refreshes(device).map(({ headers }) => headers.get("refresh-deadline"));
    expect(first).toBeNull();
    expect(Number(second)).toBe(server.now() + 10_000);
  });

  it("repeats an attempt whose answer was lost with the same key, weeks later and in another process", async () => {
    const device = await createSignedInDevice();
    const { session, env, server } = device;
    server.faults.push("lost-answer");
    await env.advance(900_000);
    expect(await codeOf(session.getToken({ onTrouble: "throw" }))).toBe("network_error");
    session.dispose();
    env.sleep(21 * 86_400_000);
    const next = device.another();
    expect(await next.ready()).toMatchObject({ status: "stale", isAuthenticated: true });
    expect(await next.getToken()).toMatch(/^at-/);
    const keys = refreshes(device).map(({ headers }) => headers.get("idempotency-key"));
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
    expect(server.ended).toBeNull();
  });

  it("goes on with the stored access token after a restart, without a request", async () => {
    const device = await createSignedInDevice();
    device.server.faults.push(...Array.from({ length: 50 }, () => "lost-request" as const));
    const next = device.another();
    expect(await next.ready()).toMatchObject({ status: "active" });
    expect(await next.getToken()).toBe("at-0");
    expect(device.server.requests).toHaveLength(0);
  });

  it("stays signed in for weeks without network, asks seldom, and is active again at once", async () => {
    const device = await createSignedInDevice();
    const { session, env, server, story } = device;
    server.faults.push(...Array.from({ length: 100_000 }, () => "lost-request" as const));
    await env.advance(700_000);
    expect(await session.getToken()).toBe("at-0");
    await env.settle();
    expect(session.state.status).toBe("degraded");
    for (let hours = 0; hours < 24; hours += 1) {
      await env.advance(3_600_000);
      expect(await session.getToken({ onTrouble: "stale-ok" })).toBe("at-0");
    }
    expect(session.state).toMatchObject({ status: "stale", isAuthenticated: true });
    expect(server.count("/token")).toBeLessThan(40);
    const waiting = session.getToken();
    env.sleep(21 * 86_400_000);
    server.faults.length = 0;
    await env.advance(60_000);
    expect(await waiting).toMatch(/^at-\d+$/);
    expect(session.state.status).toBe("active");
    expect(story).not.toContain("ended session_unknown");
  });

  it.each([
    "session_revoked",
    "session_expired",
    "session_unknown",
    "signed_out",
    "reuse_detected",
    "user_disabled",
    "account_closed",
  ])("ends for good when the server says %s", async (reason) => {
    const device = await createSignedInDevice();
    const { session, server, story } = device;
    server.ended = reason;
    expect(await session.getToken({ forceRefresh: true })).toBeNull();
    expect(session.state).toEqual({ status: "ended", isAuthenticated: false, sid: "s-1", reason });
    expect(story).toEqual(["anonymous", "active", "ended", `ended ${reason}`]);
    expect(await session.getToken()).toBeNull();
    expect((await device.another().ready()).status).toBe("ended");
    expect(await codeOf(session.fetch("https://api.example.com"))).toBe("login_required");
    expect(JSON.stringify(await device.record())).not.toContain("rt-");
  });

  it("ends when another make of server says invalid_grant and no more", async () => {
    const { session, server } = await createSignedInDevice();
    server.faults.push(json(400, { error: "invalid_grant" }));
    expect(await session.getToken({ forceRefresh: true })).toBeNull();
    expect(session.state).toMatchObject({ status: "ended", reason: "session_unknown" });
  });

  it.each<[string, () => Response, string]>([
    ["a portal's page", () => html(), "malformed_response"],
    ["a proxy's 401", () => html(401), "malformed_response"],
    ["a gateway's 403 in JSON", () => json(403, { error: "forbidden", message: "no" }), "malformed_response"],
    [
      "a 400 without JSON's content type",
      () => new Response('{"error":"invalid_grant"}', { status: 400 }),
      "malformed_response",
    ],
    ["a refusal that is worth repeating", () => refusal("session_revoked", { retryable: true }), "server_error"],
    ["a 503 in a verdict's words", () => json(503, { error: "invalid_grant", retryable: false }), "server_error"],
    ["half a verdict", () => new Response('{"error":"invalid_gr', { status: 400 }), "malformed_response"],
    ["a redirect", () => new Response(null, { status: 302, headers: { location: "/login" } }), "malformed_response"],
    ["another client's token", () => refusal("client_mismatch"), "invalid_grant"],
    ["an account that is not theirs", () => refusal("account_forbidden"), "invalid_grant"],
    ["a verdict that nobody knows", () => refusal("moon_in_the_wrong_house"), "invalid_grant"],
    ["a wrong client", () => json(401, { error: "invalid_client" }), "invalid_client"],
  ])("is not ended by %s", async (_what, fault, code) => {
    const device = await createSignedInDevice();
    const { session, env, server } = device;
    server.faults.push(fault());
    expect(await codeOf(session.getToken({ forceRefresh: true, onTrouble: "throw" }))).toBe(code);
    expect(session.state).toMatchObject({ isAuthenticated: true });
    expect(await session.getToken()).toBe("at-0");
    await env.advance(400_000);
    expect(await session.getToken({ forceRefresh: true })).toBe("at-1");
  });

  it("adopts what another process has got, without a request", async () => {
    const device = await createSignedInDevice();
    const other = device.another();
    await device.env.advance(900_000);
    expect(await other.getToken()).toBe("at-1");
    expect(await device.session.getToken()).toBe("at-1");
    expect(refreshes(device)).toHaveLength(1);
  });

  it("adopts the newer token when the refused one is no longer what is stored", async () => {
    const device = await createSignedInDevice();
    const { session, env, server } = device;
    const other = device.another();
    await other.ready();
    await env.advance(900_000);
    server.faults.push(refusal("session_revoked"));
    const { fetch } = server;
    let isFirst = true;
    Object.assign(env, {
      fetch: async (...args: Parameters<typeof fetch>) => {
        const answer = await fetch(...args);
        if (!isFirst || answer.ok) return answer;
        isFirst = false;
        // While the refusal is on its way the other process refreshes.
        await other.getToken();
        return answer;
      },
    });
    expect(await session.getToken()).toBe("at-1");
    expect(session.state.status).toBe("active");
  });

  it("tells the server when somebody signs out, and is over here at once", async () => {
    const { session, server, another } = await createSignedInDevice();
    await session.signOut();
    expect(session.state).toMatchObject({ status: "ended", reason: "signed_out" });
    expect(server.revoked).toEqual(["rt-1"]);
    expect(await session.getToken()).toBeNull();
    expect((await another().ready()).status).toBe("ended");
  });

  it("signs out without network, and tells the server from the next process", async () => {
    const device = await createSignedInDevice();
    const { session, env, server } = device;
    server.faults.push(...Array.from({ length: 100 }, () => "lost-request" as const));
    const leaving = session.signOut();
    await env.settle();
    expect(session.state.status).toBe("ended");
    await env.advance(10_000);
    await leaving;
    expect(server.revoked).toEqual([]);
    session.dispose();
    server.faults.length = 0;
    await device.another().ready();
    await env.settle();
    expect(server.revoked).toEqual(["rt-1"]);
    expect(await device.record()).toMatchObject({ toRevoke: [] });
  });

  it("does not come back by an answer that arrives after it was signed out, and gives that token back too", async () => {
    const device = await createSignedInDevice();
    const { session, env, server } = device;
    const { fetch } = server;
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    Object.assign(env, {
      fetch: async (...args: Parameters<typeof fetch>) => {
        const answer = await fetch(...args);
        if (String(args[0]).endsWith("/token")) await held;
        return answer;
      },
    });
    const refreshing = session.getToken({ forceRefresh: true });
    await env.settle();
    await session.signOut();
    letGo();
    expect(await refreshing).toBeNull();
    await env.settle();
    expect(session.state.status).toBe("ended");
    expect(server.revoked).toEqual(["rt-1", "rt-2"]);
  });

  it("can be signed in anew after its end, and not before", async () => {
    const { session, env, server } = await createSignedInDevice();
    expect(await codeOf(session.start())).toBe("already_signed_in");
    await session.signOut();
    server.decisions.push("confirmed");
    await session.start();
    await env.advance(5_000);
    expect(session.state.status).toBe("active");
  });
});

describe("a device's storage", () => {
  const broken = (what: "read" | "write"): SessionStorage & { isBroken: boolean } => {
    const memory = createMemoryStorage();
    const storage = {
      isBroken: false,
      read: () => (storage.isBroken && what === "read" ? Promise.reject(new Error("EIO")) : memory.read()),
      write: (text: string) =>
        storage.isBroken && what === "write" ? Promise.reject(new Error("ENOSPC")) : memory.write(text),
    };
    return storage;
  };

  it("that is full sends nothing without its key, keeps the good token, and goes on when there is room", async () => {
    const storage = broken("write");
    const device = await createSignedInDevice({ storage });
    const { session, env, story } = device;
    storage.isBroken = true;
    expect(await codeOf(session.getToken({ forceRefresh: true, onTrouble: "throw" }))).toBe("storage_unavailable");
    expect(refreshes(device)).toHaveLength(0);
    expect(await session.getToken()).toBe("at-0");
    expect(story).toContain("storage_unavailable");
    storage.isBroken = false;
    await env.advance(60_000);
    expect(await session.getToken({ forceRefresh: true })).toBe("at-1");
  });

  it("that fails after the rotation is made good later, and loses nothing if the process dies first", async () => {
    const storage = broken("write");
    const device = await createSignedInDevice({ storage });
    const { session, env, server, story } = device;
    const { fetch } = server;
    Object.assign(env, {
      fetch: (...args: Parameters<typeof fetch>) => {
        storage.isBroken = true;
        return fetch(...args);
      },
    });
    expect(await session.getToken({ forceRefresh: true })).toBe("at-1");
    expect(story).toContain("warning storage_unavailable");
    expect(await device.record()).toMatchObject({ refreshToken: "rt-1" });
    // Not used before it is stored, so that a successor can still be had for the stored one.
    expect(await codeOf(session.getToken({ forceRefresh: true, onTrouble: "throw" }))).toBe("storage_unavailable");
    Object.assign(env, { fetch });
    storage.isBroken = false;
    const afterCrash = device.another();
    expect(await afterCrash.getToken({ forceRefresh: true })).toBe("at-2");
    await env.advance(60_000);
    expect(await session.getToken({ forceRefresh: true })).toMatch(/^at-/);
    expect(server.ended).toBeNull();
  });

  it("that cannot be read is trouble, not a session's end", async () => {
    const storage = broken("read");
    const device = await createSignedInDevice({ storage });
    storage.isBroken = true;
    const next = device.another();
    expect(await codeOf(next.ready())).toBe("storage_unavailable");
    const waiting = next.getToken();
    await device.env.advance(5_000);
    storage.isBroken = false;
    await device.env.advance(60_000);
    expect(await waiting).toBe("at-0");
  });

  it.each([
    ["nothing", "", "anonymous"],
    ["half a record", '{"version":1,"server":"https://id.exa', "anonymous"],
    [
      "a record without its token",
      '{"version":1,"server":"https://id.example.com","clientId":"sensor","kind":"session"}',
      "anonymous",
    ],
    [
      "an unknown record",
      '{"version":1,"server":"https://id.example.com","clientId":"sensor","kind":"?"}',
      "anonymous",
    ],
    [
      "another server's",
      '{"version":1,"server":"https://else.example.com","clientId":"sensor","kind":"nobody"}',
      "config_error",
    ],
    [
      "another client's",
      '{"version":1,"server":"https://id.example.com","clientId":"else","kind":"nobody"}',
      "config_error",
    ],
    ["a newer release's", '{"version":2,"kind":"session"}', "config_error"],
  ])("that holds %s", async (_what, text, outcome) => {
    const storage = createMemoryStorage();
    await storage.write(text);
    const { createDevice } = await import("./device-session.testing.ts");
    const device = createDevice({ storage });
    expect(
      await device.session.ready().then(
        ({ status }) => status,
        ({ code }) => code,
      ),
    ).toBe(outcome);
    expect(device.story.includes("warning storage_unavailable")).toBe(outcome === "anonymous");
    expect(await storage.read()).toBe(text);
  });
});
