import { describe, expect, it } from "vitest";
import { createClock } from "./clock.ts";
import type { ClientEnv } from "./env.ts";
import { createExchange } from "./exchange.ts";
import { createManualTimers } from "./manual-timers.testing.ts";

function setUp(fetch: ClientEnv["fetch"]) {
  const timers = createManualTimers();
  const env = { ...timers, fetch, wallNow: () => 0, monotonicNow: () => 0 } as unknown as ClientEnv;
  return { exchange: createExchange(env, createClock(env), "https://login.example.com"), timers };
}

const never = () => new Promise<Response>(() => {});

describe("a request to Holdfast", () => {
  it("follows no redirect, is stored nowhere and says what it sends", async () => {
    let seen: [unknown, RequestInit | undefined] = ["", undefined];
    const { exchange, timers } = setUp(async (input, init) => {
      seen = [input, init];
      return Response.json({ a: 1 });
    });
    const answer = await exchange("/refresh", { form: { client_id: "app" }, withCookies: true });
    expect(answer).toMatchObject({ status: 200, body: { a: 1 } });
    expect(seen[0]).toBe("https://login.example.com/refresh");
    expect(seen[1]).toMatchObject({ method: "POST", credentials: "include", redirect: "error", cache: "no-store" });
    expect(`${seen[1]?.body}`).toBe("client_id=app");
    expect(timers.delays()).toEqual([]);
  });

  it("has no body where that is not JSON", async () => {
    const { exchange } = setUp(async () => new Response("<html>"));
    expect((await exchange("/session", {})).body).toBeUndefined();
  });

  it.each<[string, ClientEnv["fetch"]]>([
    ["rejects", () => Promise.reject(new TypeError("Failed to fetch"))],
    [
      "throws",
      () => {
        throw new TypeError("Failed to fetch");
      },
    ],
    [
      "breaks off in the body",
      async () => ({ text: () => Promise.reject(new TypeError("network error")) }) as Response,
    ],
  ])("is a network_error when fetch %s", async (_what, fetch) => {
    const { exchange, timers } = setUp(fetch);
    await expect(exchange("/refresh", {})).rejects.toMatchObject({ code: "network_error", kind: "transient" });
    expect(timers.delays()).toEqual([]);
  });

  it.each<[string, ClientEnv["fetch"]]>([
    ["hangs and heeds no signal", never],
    ["hangs in the body", async () => ({ text: () => new Promise(() => {}) }) as unknown as Response],
  ])("is given up after ten seconds when it %s", async (_what, fetch) => {
    const { exchange, timers } = setUp(fetch);
    const answer = exchange("/refresh", {});
    expect(timers.delays()).toEqual([10_000]);
    timers.runOut();
    await expect(answer).rejects.toMatchObject({ code: "request_timeout" });
    expect(timers.delays()).toEqual([]);
  });

  it("is given up with its signal, and is really stopped; but not what outlives the page", async () => {
    for (const keepalive of [false, true]) {
      let signal: AbortSignal | null | undefined;
      const { exchange, timers } = setUp((_input, init) => {
        signal = init?.signal;
        return never();
      });
      const stop = new AbortController();
      const answer = exchange("/signout", { keepalive, signal: stop.signal });
      stop.abort();
      await expect(answer).rejects.toMatchObject({ code: "request_aborted" });
      expect([signal?.aborted, timers.delays()]).toEqual([!keepalive, []]);
    }
  });

  it("does not leave at all when it was given up before", async () => {
    let calls = 0;
    const { exchange } = setUp(() => {
      calls += 1;
      return never();
    });
    await expect(exchange("/refresh", { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "request_aborted",
    });
    expect(calls).toBe(0);
  });
});
