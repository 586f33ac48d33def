import { describe, expect, it } from "vitest";
import type { AuthError } from "../auth-error.ts";
import { createDevice } from "./device-session.testing.ts";
import { html, json } from "./fake-server.testing.ts";

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "resolved",
    (error: AuthError) => error.code,
  );
const polls = (device: ReturnType<typeof createDevice>) => device.server.count("/token");

describe("signing a device in", () => {
  it("shows a code, polls at the server's pace, and begins the session once the person has confirmed", async () => {
    const device = createDevice();
    const { session, env, server, story } = device;
    expect(await session.ready()).toEqual({ status: "anonymous", isAuthenticated: false });
    expect(await session.getToken()).toBeNull();
    const { code, completed } = await session.start();
    expect(code).toEqual({
      userCode: "WDJB-MJHT",
      verificationUri: "https://id.example.com/activate",
      verificationUriComplete: "https://id.example.com/activate?user_code=WDJB-MJHT",
      expiresAt: env.wallNow() + 600_000,
    });
    expect(session.state).toMatchObject({ status: "signing_in", code });
    server.decisions.push("pending", "pending", "confirmed");
    await env.advance(4_999);
    expect(polls(device)).toBe(0);
    await env.advance(5_001);
    expect(polls(device)).toBe(2);
    const done = completed();
    await env.advance(5_000);
    await done;
    expect(session.state).toEqual({ status: "active", isAuthenticated: true, sid: "s-1" });
    expect(await session.getToken()).toBe("at-1");
    expect(story).toEqual(["anonymous", "signing_in", "active"]);
    const [, request, first] = server.requests;
    expect([...(request?.form ?? [])]).toEqual([
      ["client_id", "sensor"],
      ["scope", "offline_access"],
    ]);
    expect(first?.form.get("grant_type")).toBe("urn:ietf:params:oauth:grant-type:device_code");
    expect(first?.headers.get("idempotency-key")).toMatch(/./);
    expect(env.timers).toBe(0);
  });

  it("asks five seconds less often after each slow_down, for good", async () => {
    const device = createDevice();
    await device.session.start();
    device.server.decisions.push("slow_down", "slow_down", "pending", "confirmed");
    const seen: number[] = [];
    for (let seconds = 1; seconds <= 60; seconds += 1) {
      const before = polls(device);
      await device.env.advance(1_000);
      if (polls(device) > before) seen.push(seconds);
    }
    expect(seen).toEqual([5, 15, 30, 45]);
  });

  it.each([
    ["denied", "access_denied", "interaction"],
    ["expired", "expired_token", "interaction"],
  ] as const)("tells that the code was %s, and lets the person begin anew", async (decision, code, kind) => {
    const { session, env, server } = createDevice();
    const { completed } = await session.start();
    server.decisions.push(decision);
    const failed = completed().catch((error: AuthError) => error);
    await env.advance(5_000);
    expect(await failed).toMatchObject({ code, kind });
    expect(session.state.status).toBe("anonymous");
    server.decisions.push("confirmed");
    await session.start();
    await env.advance(5_000);
    expect(session.state.status).toBe("active");
  });

  it("goes on through trouble of every sort", async () => {
    const device = createDevice();
    const { session, env, server, story } = device;
    await session.start();
    server.faults.push(
      "lost-request",
      html(),
      html(403),
      json(503, {}),
      json(429, {}, { "retry-after": "20" }),
      "hangs",
    );
    server.decisions.push("confirmed");
    await env.advance(120_000);
    expect(session.state.status).toBe("active");
    expect(story.filter((line) => line.includes("_"))).toEqual([
      "signing_in",
      "network_error",
      "malformed_response",
      "malformed_response",
      "server_error",
      "rate_limited",
      "request_timeout",
    ]);
  });

  it("asks once more when the code has run out by its own clock, and then gives up", async () => {
    const device = createDevice();
    const { session, env, server } = device;
    const { completed } = await session.start();
    server.faults.push(...Array.from({ length: 1_000 }, () => "lost-request" as const));
    const failed = codeOf(completed());
    env.sleep(3_600_000);
    await env.advance(60_000);
    expect(await failed).toBe("expired_token");
    expect(polls(device)).toBe(1);
    expect(env.timers).toBe(0);
  });

  it("waits for the network to begin with", async () => {
    const { session, env, server } = createDevice();
    server.faults.push("lost-request", "lost-request", html());
    const starting = session.start();
    await env.advance(10_000);
    expect((await starting).code.userCode).toBe("WDJB-MJHT");
    await session.signOut();
    server.faults.push("lost-request", "lost-request", "lost-request", "lost-request", "lost-request", "lost-request");
    const limited = codeOf(session.start({ maxWaitMs: 1_000 }));
    await env.advance(1_000);
    expect(await limited).toBe("network_error");
  });

  it("goes on after the process was killed, with the same code", async () => {
    const device = createDevice();
    await device.session.start();
    await device.env.advance(5_000);
    device.session.dispose();
    const next = device.another();
    expect(await next.ready()).toMatchObject({ status: "signing_in", code: { userCode: "WDJB-MJHT" } });
    device.server.decisions.push("confirmed");
    await device.env.advance(5_000);
    expect(next.state.status).toBe("active");
    expect(device.server.count("/device")).toBe(1);
  });

  it("gives up when it is cancelled, and leaves no timer", async () => {
    const { session, env, another } = createDevice();
    const { completed, cancel } = await session.start();
    const failed = codeOf(completed());
    await cancel();
    expect(await failed).toBe("request_aborted");
    expect(session.state.status).toBe("anonymous");
    expect((await another().ready()).status).toBe("anonymous");
    expect(env.timers).toBe(0);
  });

  it.each<[string, Response]>([
    ["no user code", json(200, { device_code: "dc", verification_uri: "https://a.example", expires_in: 600 })],
    ["a code that steers a terminal", json(200, answer({ user_code: "\u001b[2JABCD" }))],
    ["an address that is no web address", json(200, answer({ verification_uri: "javascript:alert(1)" }))],
    ["no lifetime", json(200, answer({ expires_in: undefined }))],
    ["a page", html()],
  ])("takes an answer with %s for weather", async (_what, response) => {
    const { session, env, server } = createDevice();
    server.faults.push(response);
    const starting = session.start();
    await env.advance(2_000);
    expect((await starting).code.userCode).toBe("WDJB-MJHT");
    expect(server.count("/device")).toBe(2);
  });

  it("says what is missing: the device flow, or a refresh token", async () => {
    const { session, env, server } = createDevice();
    const { completed } = await session.start();
    const failed = codeOf(completed());
    server.faults.push(json(200, { access_token: "at", token_type: "Bearer", expires_in: 60 }));
    await env.advance(5_000);
    expect(await failed).toBe("config_error");
    expect(session.state.status).toBe("anonymous");

    const without = createDevice();
    without.server.metadata = { ...without.server.metadata, device_authorization_endpoint: undefined };
    await expect(without.session.start()).rejects.toMatchObject({ code: "config_error", kind: "developer" });
  });
});

function answer(changes: Record<string, unknown>): Record<string, unknown> {
  return { device_code: "dc", user_code: "ABCD", verification_uri: "https://a.example", expires_in: 600, ...changes };
}
