import { describe, expect, it } from "vitest";
import type { AuthClient } from "../auth-client.ts";
import { hours, seconds } from "./durations.ts";
import { faults } from "./network-faults.ts";
import type { VirtualPage } from "./virtual-document.ts";
import { createWorld } from "./world.ts";

/** A page without a client: what is under test is the browser around it. */
function createEmptyWorld() {
  const pages: VirtualPage[] = [];
  const world = createWorld({
    client(page) {
      pages.push(page);
      const state = { status: "anonymous", isAuthenticated: false, isLoading: false } as const;
      return { state, subscribe: () => () => undefined } as unknown as AuthClient;
    },
  });
  const [one, two] = [world.openTab(), world.openTab()];
  const [a, b] = pages;
  if (!a || !b) throw new Error("two tabs, two pages");
  return { world, one, two, a: a.env, b: b.env };
}

const address = "https://login.example.com/session";

describe("the network", () => {
  it("fails as fetch does when there is none, and when an answer is lost", async () => {
    const { world, a } = createEmptyWorld();
    world.network.next("/session", faults.loseResponse);
    await expect(world.waitFor(a.fetch(address))).rejects.toThrow(new TypeError("Failed to fetch"));
    world.network.down();
    await expect(world.waitFor(a.fetch(address))).rejects.toThrow(new TypeError("Failed to fetch"));
    world.network.up();
    expect((await world.waitFor(a.fetch(address))).status).toBe(401);
  });

  it("rejects an aborted request with the reason, and takes no cookie from its answer", async () => {
    const { world, a } = createEmptyWorld();
    const stop = new AbortController();
    const signIn = "https://login.example.com/signin?client_id=app&return_to=https://app.example.com/";
    const answer = a.fetch(signIn, { credentials: "include", signal: stop.signal });
    await world.run(30);
    stop.abort(new Error("enough"));
    await expect(world.waitFor(answer)).rejects.toThrow("enough");
    await world.run(seconds(1));
    expect(world.browser.jar.names()).toEqual([]);
    await world.waitFor(a.fetch(signIn, { credentials: "include" }));
    expect(world.browser.jar.names()).toHaveLength(2);
  });

  it("never answers on a connection over which the computer slept", async () => {
    const { world, a } = createEmptyWorld();
    let isSettled = false;
    void a.fetch(address).finally(() => {
      isSettled = true;
    });
    await world.run(10);
    await world.sleep(seconds(5));
    await world.run(seconds(600));
    expect(isSettled).toBe(false);
  });

  it("keeps an answer for a frozen page until it is thawed", async () => {
    const { world, one, a } = createEmptyWorld();
    const answer = a.fetch(address);
    await world.run(10);
    one.freeze();
    await expect(world.waitFor(answer, 5000)).rejects.toThrow("an answer within 5 s");
    one.resume();
    expect((await world.waitFor(answer)).status).toBe(401);
  });
});

describe("sleep", () => {
  it.each([
    { monotonic: "frozen", counted: seconds(4), fires: hours(8) + seconds(10) },
    { monotonic: "running", counted: hours(8) + seconds(4), fires: hours(8) + seconds(1) },
  ] as const)("with a $monotonic monotonic clock: timers go by it", async ({ monotonic, counted, fires }) => {
    const { world, a } = createEmptyWorld();
    let fired = 0;
    a.setTimer(() => {
      fired = world.now;
    }, seconds(10));
    await world.run(seconds(1));
    await world.sleep(hours(8), { monotonic });
    await world.run(seconds(3));
    expect(a.monotonicNow()).toBe(counted);
    expect(a.wallNow() - Date.UTC(2025, 0, 6, 9)).toBe(hours(8) + seconds(4));
    await world.run(seconds(60));
    expect(fired).toBe(fires);
  });
});

describe("locks", () => {
  const hold = (release: Promise<void>) => () => release;

  it("go to one tab at a time, and to the next when the holder crashes", async () => {
    const { world, one, a, b } = createEmptyWorld();
    const seen: string[] = [];
    void a.locks?.request("lock", {}, () => {
      seen.push("A");
      return new Promise(() => undefined);
    });
    void b.locks?.request("lock", {}, async () => void seen.push("B"));
    await world.run(seconds(60));
    expect(seen).toEqual(["A"]);
    one.crash();
    await world.run(1);
    expect(seen).toEqual(["A", "B"]);
  });

  it("are not waited for any longer once the signal is aborted", async () => {
    const { world, a, b } = createEmptyWorld();
    void a.locks?.request("lock", {}, hold(new Promise(() => undefined)));
    const stop = new AbortController();
    const waiting = b.locks?.request("lock", { signal: stop.signal }, async () => "granted");
    stop.abort(new Error("too long"));
    await expect(world.waitFor(Promise.resolve(waiting))).rejects.toThrow("too long");
  });
});

describe("tabs", () => {
  it("hear one another's messages and writes, and never their own", async () => {
    const { world, a, b } = createEmptyWorld();
    const heard: unknown[] = [];
    const [fromA, fromB] = [a.openChannel?.("c"), b.openChannel?.("c")];
    fromA?.listen((message) => heard.push(["A", message]));
    fromB?.listen((message) => heard.push(["B", message]));
    a.storage?.listen((key, value) => heard.push(["A", key, value]));
    b.storage?.listen((key, value) => heard.push(["B", key, value]));
    fromA?.post({ n: 1 });
    a.storage?.write("key", "value");
    a.storage?.remove("key");
    await world.run(10);
    expect(heard).toEqual([
      ["B", { n: 1 }],
      ["B", "key", "value"],
      ["B", "key", null],
    ]);
  });

  it("in the back/forward cache hear nothing, not even later", async () => {
    const { world, two, a, b } = createEmptyWorld();
    const heard: unknown[] = [];
    b.openChannel?.("c").listen((message) => heard.push(message));
    two.enterBackForwardCache();
    a.openChannel?.("c").post("lost");
    await world.run(10);
    two.restore();
    await world.run(10);
    expect(heard).toEqual([]);
  });

  it("keep what they stored when they are closed, save what was in memory", async () => {
    const { world, one, a, b } = createEmptyWorld();
    a.storage?.write("key", "value");
    one.crash();
    await world.run(1);
    expect(b.storage?.read("key")).toBe("value");
  });

  it("count as failed when their page reloads itself, or leaves unasked", async () => {
    const { world, a } = createEmptyWorld();
    a.navigation?.assign("https://elsewhere.example.com/");
    expect(world.violations.map(({ invariant }) => invariant)).toEqual(["no navigation"]);
    await expect(world.end()).rejects.toThrow("nobody asked to leave");
  });
});
