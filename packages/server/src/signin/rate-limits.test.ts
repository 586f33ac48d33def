import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOddInstance, type OddInstance } from "../providers/odd-provider.testing.ts";
import { bodyClient, testClient } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";

const burst = 60;

let odd: OddInstance;
beforeAll(async () => {
  const clients = [testClient, bodyClient, { ...bodyClient, id: "other" }];
  odd = await createOddInstance({ clients, trustedProxies: 1 });
});
afterAll(() => odd.close());

interface Asked {
  readonly from: string;
  readonly form?: Record<string, string>;
  readonly accept?: string;
}

/** One request as it comes through the proxy. */
function ask(path: string, { from, form, accept = "application/json" }: Asked): Promise<Response> {
  const post = form ? { method: "POST", body: new URLSearchParams(form) } : {};
  const headers = { accept, "x-forwarded-for": from };
  return fetch(odd.instance.issuer + path, { redirect: "manual", headers, ...post });
}

/** The statuses of many requests, one after another. */
async function askTimes(times: number, path: string, asked: Asked): Promise<Record<number, number>> {
  const statuses: Record<number, number> = {};
  for (let time = 0; time < times; time++) {
    const { status } = await ask(path, asked);
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
  return statuses;
}

const count = async (table: string) =>
  (await odd.instance.sql<{ count: number }>(`select count(*)::int as count from ${table}`))[0]?.count ?? 0;

const limited = async (limit: string) => {
  const text = await odd.instance.holdfast.metrics.text();
  return Number(new RegExp(`^holdfast_rate_limited_total\\{limit="${limit}"\\} (\\d+)$`, "m").exec(text)?.[1] ?? 0);
};

describe("sign-ins from one address", () => {
  const path = "/signin?client_id=app";

  it("are limited, so that nobody fills the database with them; others and later ones are not", async () => {
    expect(await askTimes(burst + 5, path, { from: "192.0.2.1" })).toEqual({ 303: burst, 429: 5 });
    expect(await count("signin_attempts")).toBe(burst);
    expect(await limited("signin")).toBe(5);
    expect((await ask(path, { from: "192.0.2.2" })).status).toBe(303);

    const refused = await ask(path, { from: "192.0.2.1" });
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(await refused.json()).toMatchObject({ code: "rate_limited", status: 429, retryable: true });
    odd.instance.clock.advance(1_000);
    expect(await askTimes(3, path, { from: "192.0.2.1" })).toEqual({ 303: 2, 429: 1 });
  });

  it("are those of a whole IPv6 network", async () => {
    for (let host = 0; host < burst; host++) await ask(path, { from: `2001:db8:0:7::${host.toString(16)}` });
    expect((await ask(path, { from: "2001:db8:0:7:ffff::1" })).status).toBe(429);
    expect((await ask(path, { from: "2001:db8:0:8::1" })).status).toBe(303);
  });

  it("count at every step, returns from providers too", async () => {
    const from = "192.0.2.3";
    for (let round = 0; round < burst / 4; round++) {
      await ask("/signin/odd?client_id=app", { from });
      await ask("/signin/account?client_id=app", { from });
      await ask("/signin?client_id=nobody", { from });
      await ask("/integrations/oauth2/callback?state=made-up", { from });
    }
    for (const step of ["/signin/odd", "/signin/account", "/signin", "/integrations/oauth2/callback?state=x"]) {
      expect((await ask(step, { from })).status).toBe(429);
    }
    expect((await ask("/signout?client_id=app", { from })).status).toBe(303);
    expect((await ask("/session", { from })).status).toBe(401);
  });

  it("tell a person on a page, with the time to come back", async () => {
    const from = "192.0.2.4";
    await askTimes(burst, path, { from });
    const refused = await ask(path, { from, accept: "text/html" });
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(await refused.text()).toContain("/errors/rate_limited");
  });

  it("of this very machine have no limit in development", async () => {
    expect(await askTimes(2 * burst, path, { from: "127.0.0.1" })).toEqual({ 303: 2 * burst });
    expect(await askTimes(2 * burst, path, { from: "::1" })).toEqual({ 303: 2 * burst });
  });
});

describe("codes that are refused", () => {
  const form = { client_id: "device", code: "x".repeat(43), code_verifier: "v".repeat(43) };

  it("are limited for each address and client, in the words of OAuth", async () => {
    const from = "192.0.2.5";
    expect(await askTimes(burst + 5, "/signin/redeem", { from, form })).toEqual({ 400: burst, 429: 5 });
    const refused = await ask("/signin/redeem", { from, form });
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(await refused.json()).toMatchObject({ reason: "rate_limited", retryable: true });
    const others = [
      { from: "192.0.2.6", form },
      { from, form: { ...form, client_id: "other" } },
    ];
    for (const other of others) expect((await ask("/signin/redeem", other)).status).toBe(400);
  });
});

describe("refresh tokens that are refused", () => {
  it("are limited for each address and grant: no event for each, and nobody else waits", async () => {
    const from = "192.0.2.7";
    const ended = await startSession(odd.instance, { clientId: "device" });
    const living = await startSession(odd.instance, { clientId: "device", email: "eve@example.com" });
    await odd.instance.holdfast.sessions.revoke({ id: ended.session.id }, "signed_out");
    const before = await count("events");
    const formOf = (token: string) => ({ client_id: "device", refresh_token: token });
    expect(await askTimes(burst + 5, "/refresh", { from, form: formOf(ended.refreshToken) })).toEqual({
      400: burst,
      429: 5,
    });
    expect(await count("events")).toBe(before + burst);
    const refused = await ask("/refresh", { from, form: formOf(ended.refreshToken) });
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(await refused.json()).toMatchObject({ reason: "rate_limited", retryable: true });
    expect(await askTimes(burst + 5, "/refresh", { from, form: formOf("nonsense") })).toEqual({ 400: burst, 429: 5 });
    expect((await ask("/refresh", { from, form: formOf(living.refreshToken) })).status).toBe(200);
  });

  it("do not count what was answered", async () => {
    const { refreshToken } = await startSession(odd.instance, { clientId: "device" });
    const asked = { from: "192.0.2.8", form: { client_id: "device", refresh_token: refreshToken } };
    expect(await askTimes(burst + 5, "/refresh", asked)).toEqual({ 200: burst + 5 });
  });
});
