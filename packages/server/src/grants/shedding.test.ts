import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { createMetrics } from "../metrics/metrics.ts";
import { createShedding } from "./shedding.ts";

const issuer = "https://id.example.com";
const app = "https://app.example.com";
let close = () => {};
afterEach(() => close());

async function serve(fullFor: () => number | null) {
  const metrics = createMetrics();
  const shed = createShedding({
    issuer,
    clock: { now: () => 1_700_000_000_000 },
    metrics,
    origins: { issuer, isKnownOrigin: (origin) => origin === app },
    refresh: { fullFor },
  });
  const server = createServer((request, response) => {
    if (!shed(request, response)) response.end("read");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  close = () => server.close();
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { metrics, ask: (path: string, init?: RequestInit) => fetch(origin + path, init) };
}

const refresh = (headers: Record<string, string> = {}): RequestInit => ({ method: "POST", body: "a=b", headers });

describe("turning refreshes away unread", () => {
  test("says when to come again, as a refusal that decides nothing", async () => {
    const { ask, metrics } = await serve(() => 7);
    const answer = await ask("/refresh", refresh());
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("7");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    // Some peers read no other.
    expect(answer.headers.get("transfer-encoding")).toBeNull();
    expect(await answer.json()).toEqual({
      error: "temporarily_unavailable",
      error_description: expect.any(String),
      error_uri: `${issuer}/errors/temporarily_unavailable`,
      reason: "temporarily_unavailable",
      retryable: true,
      request_id: answer.headers.get("x-request-id"),
      server_time_ms: 1_700_000_000_000,
    });
    expect(await metrics.text()).toContain("holdfast_refreshes_shed_total 1");
  });

  test("lets pages of clients read it, and nobody else's", async () => {
    const { ask } = await serve(() => 7);
    const allowed = async (origin: string) =>
      (await ask("/refresh", refresh({ Origin: origin }))).headers.get("access-control-allow-origin");
    expect(await allowed(app)).toBe(app);
    expect(await allowed(issuer)).toBe(issuer);
    expect(await allowed("https://evil.example")).toBeNull();
  });

  test("keeps the connection usable for the next request", async () => {
    const full = [7, null];
    const { ask } = await serve(() => full.shift() ?? null);
    await (await ask("/refresh", { method: "POST", body: "x".repeat(100_000) })).text();
    expect(await (await ask("/refresh", refresh())).text()).toBe("read");
  });

  test.each([
    ["GET", "/refresh"],
    ["OPTIONS", "/refresh"],
    ["POST", "/refresh/"],
    ["POST", "/signout"],
    ["POST", "/refresh?x=1"],
  ])("leaves %s %s to be read", async (method, path) => {
    const { ask } = await serve(() => 7);
    expect((await ask(path, { method })).status).toBe(200);
  });

  test("leaves a refresh to be read where there is room", async () => {
    const { ask } = await serve(() => null);
    expect((await ask("/refresh", refresh())).status).toBe(200);
  });
});
