import { describe, expect, it, vi } from "vitest";
import type { AuthError } from "../auth-error.ts";
import { createFakeServer, html, json } from "./fake-server.testing.ts";
import { createManualEnv } from "./manual-env.testing.ts";
import { createServiceTokens, type ServiceTokensOptions } from "./service-tokens.ts";

const secret = "s3cr:t with +, é";

function setUp(options: Partial<ServiceTokensOptions> = {}) {
  const server = createFakeServer();
  const env = createManualEnv(server.fetch);
  const tokens = createServiceTokens({
    issuer: server.issuer,
    clientId: "reports",
    clientSecret: secret,
    env,
    ...options,
  });
  const troubles: string[] = [];
  tokens.on("trouble", ({ code }) => troubles.push(code));
  return { server, env, tokens, troubles };
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "resolved",
    (error: AuthError) => error.code,
  );

describe("createServiceTokens", () => {
  it("asks by client credentials, with scope and every resource", async () => {
    const { server, tokens } = setUp({
      scope: "orders:read orders:write",
      resource: ["https://a.example.com", "urn:b"],
    });
    expect(await tokens.getToken()).toBe("at-1");
    const [, request] = server.requests;
    expect(request?.path).toBe("/token");
    expect([...(request?.form ?? [])]).toEqual([
      ["grant_type", "client_credentials"],
      ["scope", "orders:read orders:write"],
      ["resource", "https://a.example.com"],
      ["resource", "urn:b"],
    ]);
    const basic = request?.headers.get("authorization")?.replace("Basic ", "") ?? "";
    expect(atob(basic)).toBe("reports:s3cr%3At+with+%2B%2C+%C3%A9");
  });

  it("makes one request for all who ask at once", async () => {
    const { server, tokens } = setUp();
    const got = await Promise.all(Array.from({ length: 50 }, () => tokens.getToken()));
    expect(new Set(got)).toEqual(new Set(["at-1"]));
    expect(server.count("/token")).toBe(1);
    expect(server.requests).toHaveLength(2);
  });

  it("gives out the token in hand while it fetches the next at 75 % of the lifetime", async () => {
    const { server, env, tokens } = setUp();
    await tokens.getToken();
    await env.advance(674_000);
    expect(await tokens.getToken()).toBe("at-1");
    expect(server.count("/token")).toBe(1);
    await env.advance(1_000);
    expect(await tokens.getToken()).toBe("at-1");
    await env.settle();
    expect(await tokens.getToken()).toBe("at-2");
    expect(server.count("/token")).toBe(2);
  });

  it("never gives out a token that has run out, whichever clock noticed", async () => {
    const { env, tokens } = setUp();
    await tokens.getToken();
    env.sleep(900_000);
    expect(await tokens.getToken()).toBe("at-2");
    env.sleep(-3_600_000);
    expect(await tokens.getToken()).toBe("at-2");
    await env.advance(895_000);
    expect(await tokens.getToken()).toBe("at-3");
  });

  it("does not fetch for every call where tokens live shorter than what must be left", async () => {
    const { server, env, tokens } = setUp();
    server.expiresIn = 8;
    await tokens.getToken();
    await env.advance(3_000);
    expect(await tokens.getToken()).toBe("at-1");
    await env.advance(1_000);
    expect(await tokens.getToken()).toBe("at-2");
  });

  it.each([
    ["a dead network", "lost-request" as const],
    ["a 503", json(503, {})],
    ["a portal's page", html()],
    ["a proxy's 403", html(403)],
    ["a truncated answer", new Response('{"access_token":"at-', { status: 200 })],
    ["a wrong secret", json(401, { error: "invalid_client" })],
  ])("keeps the good token through %s, and does not ask on every call", async (_what, fault) => {
    const { server, env, tokens, troubles } = setUp();
    await tokens.getToken();
    await env.advance(700_000);
    server.faults.push(fault, "lost-request", "lost-request");
    for (let calls = 0; calls < 20; calls += 1) {
      expect(await tokens.getToken()).toBe("at-1");
      await env.settle();
    }
    expect(troubles.length).toBeGreaterThan(0);
    expect(server.count("/token")).toBeLessThanOrEqual(3);
    server.faults.length = 0;
    await env.advance(60_000);
    expect(await tokens.getToken()).toBe("at-1");
    await env.settle();
    expect(await tokens.getToken()).toMatch(/^at-[23]$/);
  });

  it("waits for the network, backing off, and gives everybody the token when it is back", async () => {
    const { server, env, tokens } = setUp();
    server.faults.push(...Array.from({ length: 5 }, () => "lost-request" as const));
    const waiting = Promise.all([tokens.getToken(), tokens.getToken(), tokens.getToken()]);
    await env.advance(30_000);
    expect(await waiting).toEqual(["at-1", "at-1", "at-1"]);
    expect(server.count("/token")).toBe(6);
  });

  it("tells what the trouble was when it has waited long enough", async () => {
    const { server, env, tokens } = setUp({ maxWaitMs: 5_000 });
    server.faults.push(...Array.from({ length: 100 }, () => () => json(503, {})));
    const waiting = codeOf(tokens.getToken());
    await env.advance(5_000);
    expect(await waiting).toBe("server_error");
  });

  it("gives up on a server that says nothing, after the request's time", async () => {
    const { server, env, tokens } = setUp({ requestTimeoutMs: 2_000 });
    server.faults.push("hangs");
    const waiting = codeOf(tokens.getToken({ onTrouble: "throw" }));
    await env.advance(2_000);
    expect(await waiting).toBe("request_timeout");
  });

  it("throws the first trouble if it is to, and the same again within the cool-down", async () => {
    const { server, env, tokens } = setUp();
    server.faults.push(json(429, {}, { "retry-after": "120" }));
    const first = await tokens.getToken({ onTrouble: "throw" }).catch((error: AuthError) => error);
    expect(first).toMatchObject({ code: "rate_limited", kind: "transient", status: 429, retryAfterMs: 120_000 });
    const second = await tokens.getToken({ onTrouble: "throw" }).catch((error: AuthError) => error);
    expect(second).toMatchObject({ code: "rate_limited", retryAfterMs: 135_000 });
    expect(server.count("/token")).toBe(1);
    await env.advance(135_000);
    expect(await tokens.getToken({ onTrouble: "throw" })).toBe("at-1");
  });

  it.each([
    ["seconds", "30", 33_750],
    ["a date", "Fri, 01 Jan 2027 00:00:30 GMT", 33_750],
    ["nothing sensible, so a second", "0", 1_125],
    ["a week, so five minutes", "604800", 337_500],
  ])("obeys a Retry-After of %s", async (_what, header, waitedMs) => {
    const { server, env, tokens } = setUp({ maxWaitMs: 1_000_000 });
    server.faults.push(json(503, {}, { "retry-after": header }));
    const waiting = tokens.getToken();
    await env.advance(waitedMs - 1);
    expect(server.count("/token")).toBe(1);
    await env.advance(1);
    expect(await waiting).toBe("at-1");
  });

  it("answers with the token that ran out where stale is good enough", async () => {
    const { server, env, tokens } = setUp();
    await tokens.getToken();
    await env.advance(1_000_000);
    server.faults.push("lost-request");
    expect(await tokens.getToken({ onTrouble: "stale-ok" })).toBe("at-1");
  });

  it.each([
    ["invalid_client", 401, "invalid_client"],
    ["unauthorized_client", 400, "invalid_client"],
    ["invalid_scope", 400, "config_error"],
    ["invalid_target", 400, "config_error"],
    ["invalid_grant", 400, "config_error"],
  ])("throws at once where only the developer can help: %s", async (error, status, code) => {
    const { server, tokens } = setUp();
    server.faults.push(json(status, { error, error_description: "no" }));
    const thrown = await tokens.getToken().catch((caught: AuthError) => caught);
    expect(thrown).toMatchObject({ code, kind: "developer", status });
    expect(await codeOf(tokens.getToken())).toBe(code);
    expect(server.count("/token")).toBe(1);
  });

  it("stops waiting for a caller who gives up, and goes on for the rest", async () => {
    const { server, env, tokens } = setUp();
    server.faults.push("lost-request", "lost-request");
    const caller = new AbortController();
    const gaveUp = codeOf(tokens.getToken({ signal: caller.signal }));
    const patient = tokens.getToken();
    caller.abort();
    expect(await gaveUp).toBe("request_aborted");
    await env.advance(10_000);
    expect(await patient).toBe("at-1");
    expect(await codeOf(tokens.getToken({ signal: AbortSignal.abort(), forceRefresh: true }))).toBe("request_aborted");
  });

  it("fetches another token when it is told to, and when the one in hand was refused", async () => {
    const { tokens } = setUp();
    await tokens.getToken();
    expect(await tokens.getToken({ forceRefresh: true })).toBe("at-2");
    expect(await tokens.getToken({ notToken: "at-1" })).toBe("at-2");
    expect(await tokens.getToken({ notToken: "at-2" })).toBe("at-3");
  });

  it("asks for the secret anew for each request", async () => {
    const clientSecret = vi.fn().mockResolvedValueOnce("old").mockResolvedValueOnce("new");
    const { server, tokens } = setUp({ clientSecret });
    await tokens.getToken();
    await tokens.getToken({ forceRefresh: true });
    expect(server.requests.slice(1).map(({ headers }) => atob(headers.get("authorization")?.slice(6) ?? ""))).toEqual([
      "reports:old",
      "reports:new",
    ]);
  });

  it("lets no secret and no token into any text", async () => {
    const { server, env, tokens } = setUp();
    const said: unknown[] = [];
    tokens.on("trouble", (trouble) => said.push(trouble));
    server.faults.push(
      json(401, { error: "invalid_client", error_description: `'${secret}' is not the secret` }),
      new Response('{"access_token":"at-very-secret","token_type":', { status: 200 }),
      json(200, { access_token: "at-very-secret", token_type: "mac" }),
      new Response("\u001b[2J at-very-secret", { status: 500 }),
    );
    for (let attempts = 0; attempts < 4; attempts += 1) {
      await tokens.getToken({ onTrouble: "throw" }).catch((error) => said.push(error));
      await env.advance(300_000);
    }
    expect(said).toHaveLength(8);
    const text = said.map((error) => dump(error)).join("\n");
    expect(text).toContain("[hidden]");
    for (const hidden of [secret, btoa("reports:s3cr%3At+with+%2B%2C+%C3%A9"), "at-very-secret", "\u001b"]) {
      expect(text).not.toContain(hidden);
    }
  });

  it("goes on though a listener throws", async () => {
    const { tokens } = setUp();
    tokens.on("token", () => {
      throw new Error("the listener's own");
    });
    expect(await tokens.getToken()).toBe("at-1");
  });

  it("lets nobody wait for a disposed one, and leaves no timer", async () => {
    const { server, env, tokens } = setUp();
    server.faults.push(json(503, {}, { "retry-after": "300" }));
    const waiting = codeOf(tokens.getToken({ maxWaitMs: 1_000_000 }));
    await env.advance(1_000);
    tokens.dispose();
    expect(await waiting).toBe("disposed");
    expect(await codeOf(tokens.getToken())).toBe("disposed");
    expect(env.timers).toBe(0);
  });
});

/** Everything a log might print of an error, its causes included. */
function dump(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error) ?? "";
  return [error.message, error.stack, JSON.stringify(error), error.cause ? dump(error.cause) : ""].join("\n");
}
