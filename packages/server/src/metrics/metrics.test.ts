import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createManagementApp } from "../http/management-app.ts";
import { bodyClient, createTestInstance, type TestInstance, testClient } from "../testing/instance.ts";
import { signInAs, startSession } from "../testing/sign-in.ts";

let instance: TestInstance;
beforeAll(async () => {
  instance = await createTestInstance({ config: { clients: [testClient, bodyClient] } });
});
afterAll(() => instance.close());

/** What Prometheus would read from the management port. */
async function scrape(): Promise<string> {
  const response = await createManagementApp(instance.holdfast.metrics).request("/metrics");
  expect(response.headers.get("Content-Type")).toMatch(/^text\/plain; version=0\.0\.4/);
  return response.text();
}

/** A figure by its name and labels, in any order; 0 where there is none yet. */
async function read(name: string, labels: Record<string, string> = {}): Promise<number> {
  const lines = (await scrape())
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const line = lines.find((each) => wanted.every((text) => each.includes(text)));
  return Number(line?.split(" ").at(-1) ?? 0);
}

async function routes(): Promise<Set<string>> {
  const text = await scrape();
  return new Set(
    [...text.matchAll(/holdfast_http_request_duration_seconds_count\{route="([^"]+)"/g)].map(([, route = ""]) => route),
  );
}

function refresh(refreshToken: string, clientId: string): Promise<Response> {
  const body = new URLSearchParams({ refresh_token: refreshToken, client_id: clientId });
  return fetch(`${instance.issuer}/refresh`, { method: "POST", body });
}

describe("what is counted", () => {
  it("sign-ins, by provider and result", async () => {
    await signInAs(instance, instance.browser(), { query: "?client_id=app" });
    expect(await read("holdfast_signins_total", { provider: "practice", result: "ok" })).toBe(1);
  });

  it("failed sign-ins, by provider and code", async () => {
    const browser = instance.browser();
    const start = await browser.request(`${instance.issuer}/signin/practice?client_id=app`);
    const { state = "" } = Object.fromEntries(new URL(start.headers.get("Location") ?? "").searchParams);
    const answer = new URLSearchParams({ error: "access_denied", state, iss: instance.practice?.issuer ?? "" });
    await browser.open(`${instance.issuer}/integrations/oauth2/callback?${answer}`, "http://localhost:5999");
    expect(await read("holdfast_signins_total", { provider: "practice", result: "provider_denied" })).toBe(1);
  });

  it("refreshes, by client and verdict", async () => {
    const { refreshToken } = await startSession(instance, { clientId: "device" });
    expect((await refresh(refreshToken, "device")).status).toBe(200);
    expect(await read("holdfast_refreshes_total", { client: "device", verdict: "rotated" })).toBe(1);
    await refresh(refreshToken, "device");
    expect(await read("holdfast_refreshes_total", { client: "device", verdict: "overlapped" })).toBe(1);
    await refresh("nonsense", "device");
    expect(await read("holdfast_refreshes_total", { client: "device", verdict: "malformed" })).toBe(1);
  });

  it("what was issued, what was refused for good and why, and what ended and why", async () => {
    const { session, refreshToken } = await startSession(instance, { clientId: "device" });
    const issued = await read("holdfast_access_tokens_issued_total", { client: "device" });
    await refresh(refreshToken, "device");
    expect(await read("holdfast_access_tokens_issued_total", { client: "device" })).toBe(issued + 1);
    await instance.holdfast.sessions.revoke({ id: session.id }, "session_revoked");
    await refresh(refreshToken, "device");
    const [ended, refused] = ["holdfast_lifecycle_events_total", "holdfast_refreshes_refused_total"];
    expect(await read(ended, { type: "session.revoked", reason: "session_revoked" })).toBe(1);
    expect(await read(ended, { type: "grant.revoked", reason: "session_revoked" })).toBe(1);
    expect(await read(refused, { client: "device", reason: "session_revoked" })).toBe(1);
  });

  it("the sessions that live", async () => {
    expect(await read("holdfast_live_sessions")).toBeGreaterThan(0);
  });

  it("how long each route takes, by status", async () => {
    await fetch(`${instance.issuer}/jwks`);
    expect(await read("holdfast_http_request_duration_seconds_count", { route: "GET /jwks", status: "200" })).toBe(1);
  });

  it("followers, clock skew, memory and the event loop", async () => {
    const text = await scrape();
    for (const name of [
      'holdfast_feed_followers{kind="stream",service=""}',
      "holdfast_database_clock_skew_seconds",
      "process_resident_memory_bytes",
      "nodejs_eventloop_lag_p99_seconds",
    ]) {
      expect(text).toMatch(new RegExp(`^${name} \\S+$`, "m"));
    }
  });
});

describe("labels that outsiders could invent", () => {
  it("are not made of paths: a hundred unknown ones are one route", async () => {
    await fetch(`${instance.issuer}/nothing-here`);
    const before = await routes();
    for (let count = 0; count < 100; count++) await fetch(`${instance.issuer}/nothing/${count}.php`);
    for (const path of ["//", "/%2e%2e/", "/errors/nonsense", "/signin/unknown", "/.env", "/feed/", "/JWKS"]) {
      await (await fetch(`${instance.issuer}${path}`, { redirect: "manual" })).body?.cancel();
    }
    const added = [...(await routes())].filter((route) => !before.has(route));
    // Routes of ours, with the name of the parameter and not its value.
    for (const route of added) expect(["GET /", "GET /errors/:code", "GET /signin/:provider"]).toContain(route);
  });

  it("are not made of methods: only those that have a meaning here get a line of their own", async () => {
    const before = (await routes()).size;
    for (const method of ["PROPFIND", "MKCOL", "LOCK", "PURGE", "SEARCH", "DELETE", "PATCH", "PUT"]) {
      await fetch(`${instance.issuer}/jwks`, { method });
    }
    expect((await routes()).size - before).toBeLessThanOrEqual(8);
  });

  it("are not made of client ids or providers", async () => {
    for (let count = 0; count < 20; count++) {
      await refresh("nonsense", `client-${count}`);
      await instance.browser().open(`${instance.issuer}/signin/provider-${count}?client_id=client-${count}`);
    }
    expect(await scrape()).not.toMatch(/client-\d|provider-\d/);
  });
});

it("the public port does not show them", async () => {
  expect((await fetch(`${instance.issuer}/metrics`)).status).toBe(404);
});

it("two instances in one process count apart", async () => {
  const other = await createTestInstance({ hasPractice: false });
  try {
    await fetch(`${other.issuer}/livez`);
    const livez = /route="GET \/livez"/;
    expect(await other.holdfast.metrics.text()).toMatch(livez);
    expect(await scrape()).not.toMatch(livez);
  } finally {
    await other.close();
  }
});
