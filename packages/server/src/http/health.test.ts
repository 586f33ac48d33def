import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { freePort } from "../testing/free-port.ts";
import { createTestInstance, type TestInstance } from "../testing/instance.ts";
import { createHealthRoutes } from "./health-routes.ts";
import { type Listener, listen } from "./listen.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function start(): Promise<TestInstance> {
  const instance = await createTestInstance({ hasPractice: false });
  closers.push(() => instance.close());
  return instance;
}

describe("readiness", () => {
  it("is 200 while everything is right, and 503 while stopping, though requests are still served", async () => {
    const instance = await start();
    const ready = await fetch(`${instance.issuer}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({ status: "ok", checks: { process: "ok", database: "ok", clock: "ok" } });
    instance.holdfast.drain();
    const stopping = await fetch(`${instance.issuer}/readyz`);
    expect(stopping.status).toBe(503);
    expect(stopping.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(stopping.headers.get("cache-control")).toBe("no-store");
    expect(await stopping.json()).toMatchObject({ status: "not ready", checks: { process: "stopping" } });
    expect((await fetch(`${instance.issuer}/livez`)).status).toBe(200);
    expect((await fetch(`${instance.issuer}/jwks`)).status).toBe(200);
    expect((await fetch(`${instance.issuer}/session`)).status).toBe(401);
  });

  it("names what failed, without telling anyone how", async () => {
    const routes = createHealthRoutes({
      good: async () => null,
      bad: async () => "a sentence",
      broken: () => Promise.reject(new Error("password=secret")),
      slow: () => new Promise(() => undefined),
    });
    const response = await routes.request("/readyz");
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({
      status: "not ready",
      checks: { good: "ok", bad: "a sentence", broken: "failed", slow: "no answer within 1000 ms" },
    });
  });
});

describe("a listener", () => {
  async function listenOn(fetch: () => Response | Promise<Response>): Promise<Listener & { address: string }> {
    const listener = await listen({ fetch, port: 0, host: "127.0.0.1" });
    return { ...listener, address: `http://127.0.0.1:${listener.port}` };
  }

  it("lets a request under way finish when it closes, and takes no new ones", async () => {
    const { promise: isBegun, resolve: begun } = Promise.withResolvers<void>();
    const { promise: slow, resolve: finish } = Promise.withResolvers<Response>();
    const listener = await listenOn(() => {
      begun();
      return slow;
    });
    const answer = fetch(listener.address);
    await isBegun;
    const closed = listener.close(5_000);
    await expect(fetch(listener.address)).rejects.toThrow();
    finish(new Response("done"));
    expect(await (await answer).text()).toBe("done");
    await closed;
  });

  it("cuts what has not finished in time", async () => {
    const { promise: isBegun, resolve: begun } = Promise.withResolvers<void>();
    const listener = await listenOn(() => {
      begun();
      return new Promise(() => undefined);
    });
    const answer = fetch(listener.address).catch(() => "cut");
    await isBegun;
    await listener.close(50);
    expect(await answer).toBe("cut");
  });

  it("does not wait for a connection that was opened ahead of need", async () => {
    const listener = await listenOn(() => new Response());
    const socket = connect(listener.port, "127.0.0.1");
    await once(socket, "connect");
    const ended = once(socket, "close");
    await listener.close(60_000);
    await ended;
  });

  it("ends each connection with its next answer once it is told to", async () => {
    const listener = await listenOn(() => new Response("done"));
    const before = await fetch(listener.address);
    expect(before.headers.get("connection")).toBe("keep-alive");
    await before.text();
    listener.endKeepAlive();
    const after = await fetch(listener.address);
    expect(after.headers.get("connection")).toBe("close");
    expect(await after.text()).toBe("done");
    await listener.close(60_000);
  });

  it("says which port is taken", async () => {
    const port = await freePort();
    const first = await listen({ fetch: () => new Response(), port, host: "127.0.0.1" });
    closers.push(() => first.close(0));
    const second = listen({ fetch: () => new Response(), port, host: "127.0.0.1" });
    await expect(second).rejects.toMatchObject({ code: "port_in_use", message: expect.stringContaining(String(port)) });
  });
});
