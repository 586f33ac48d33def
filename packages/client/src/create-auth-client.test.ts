import { afterEach, describe, expect, it } from "vitest";
import type { AuthClient } from "./auth-client.ts";
import type { AuthError } from "./auth-error.ts";
import { createAuthClient } from "./create-auth-client.ts";
import {
  createWorld,
  hours,
  minutes,
  seconds,
  type VirtualTab,
  type World,
  type WorldOptions,
} from "./testing/index.ts";

let world: World;
afterEach(() => world.end());

function begin(options?: WorldOptions): World {
  world = createWorld(options);
  return world;
}

const refreshes = () => world.network.sent.filter(({ path }) => path === "/refresh").length;

/** What a promise has come to by now: a value, an error's code, or nothing. */
function watch<Value>(promise: Promise<Value>) {
  const seen: { value?: Value; code?: string } = {};
  promise.then(
    (value) => {
      seen.value = value;
    },
    (error: AuthError) => {
      seen.code = error.code;
    },
  );
  return seen;
}

function second(tab: VirtualTab): AuthClient {
  const { env, issuer, clientId } = tab.page.page;
  return createAuthClient({ issuer, clientId, env });
}

describe("getToken", () => {
  it("asks once for all that wait at the same time", async () => {
    const tab = await begin().signIn();
    await world.run(hours(1));
    const before = refreshes();
    await world.sleep(hours(1));
    const tokens = Promise.all(Array.from({ length: 20 }, () => tab.client.getToken()));
    expect(new Set(await world.waitFor(tokens)).size).toBe(1);
    expect(refreshes()).toBe(before + 1);
  });

  it("gives the token in hand without asking, and another to who was refused with it", async () => {
    const tab = await begin().signIn();
    const token = await world.waitFor(tab.client.getToken());
    expect(await world.waitFor(tab.client.getToken())).toBe(token);
    const [another, same] = [tab.client.getToken({ notToken: token ?? "" }), tab.client.getToken({ notToken: "x" })];
    expect(await world.waitFor(same)).toBe(token);
    expect(await world.waitFor(another)).not.toBe(token);
  });

  it("waits out trouble, throws it, or answers with what ran out: as asked", async () => {
    const tab = await begin().signIn();
    const token = await world.waitFor(tab.client.getToken());
    world.goOffline();
    await world.run(hours(1));
    expect(tab.status).toBe("stale");
    const waits = watch(tab.client.getToken());
    const throws = watch(tab.client.getToken({ onTrouble: "throw" }));
    const stale = watch(tab.client.getToken({ onTrouble: "stale-ok" }));
    const limited = watch(tab.client.getToken({ maxWaitMs: 5000 }));
    const stop = new AbortController();
    const given = watch(tab.client.getToken({ signal: stop.signal }));
    stop.abort();
    await world.run(minutes(1));
    expect([waits, throws, stale, limited, given]).toEqual([
      {},
      { code: "network_error" },
      { value: token },
      { code: "network_error" },
      { code: "request_aborted" },
    ]);
    world.goOnline();
    await world.run(seconds(30));
    expect(waits.value).toEqual(expect.any(String));
  });

  it("rejects at once with a signal that was aborted before", async () => {
    const tab = await begin().signIn();
    await expect(
      world.waitFor(tab.client.getToken({ signal: AbortSignal.abort(), forceRefresh: true })),
    ).rejects.toMatchObject({ code: "request_aborted" });
  });

  it("never asks for more than half of a token's life, so that something will do", async () => {
    const tab = await begin().signIn();
    const before = refreshes();
    expect(await world.waitFor(tab.client.getToken({ minRemainingMs: hours(10) }))).toEqual(expect.any(String));
    expect(refreshes() - before).toBeLessThanOrEqual(1);
  });

  it("is null in the turn in which the session ends, and the state says so by then", async () => {
    const tab = await begin().signIn();
    world.network.down();
    let status = "";
    const waiting = tab.client.getToken({ forceRefresh: true }).then((token) => {
      status = tab.client.state.status;
      return token;
    });
    await world.run(seconds(1));
    void tab.signOut();
    expect(tab.client.state).toMatchObject({ status: "ended", reason: "signed_out" });
    expect(await waiting).toBeNull();
    expect(status).toBe("ended");
    world.network.up();
  });
});

describe("what is disposed of", () => {
  it("leaves no timer, lock, channel or listener, and answers who waits", async () => {
    const tab = await begin().signIn();
    world.network.down();
    const waiting = watch(tab.client.getToken({ forceRefresh: true }));
    await world.run(seconds(40));
    tab.client.dispose();
    await world.run(0);
    expect(waiting).toEqual({ value: null });
    expect(tab.client.state.status).toBe("disposed");
    expect([tab.page.timers.count(), tab.page.listenerCount()]).toEqual([0, 0]);
    expect(world.browser.locks.heldBy(tab.page.runtime)).toEqual([]);
    expect(world.browser.channels.openEnds(tab.page.runtime)).toBe(0);
    expect(watch(tab.client.getToken())).toEqual({});
    tab.client.dispose();
  });

  it("never began, if it was at once: created, disposed of and created again is one client", async () => {
    const tab = await begin().signIn();
    tab.client.dispose();
    await world.run(seconds(1));
    const before = refreshes();
    second(tab).dispose();
    const client = second(tab);
    await world.run(seconds(1));
    expect(client.state.status).toBe("active");
    expect(refreshes()).toBe(before + 1);
    client.dispose();
    expect(tab.page.timers.count()).toBe(0);
  });
});

describe("storage", () => {
  it("that another wrote nonsense into is no loop: the server's word counts", async () => {
    const tab = await begin().signIn();
    const [name = "", record = ""] =
      [...world.browser.storage.entries()].find(([key]) => key.endsWith(":session")) ?? [];
    const { storage } = tab.page.page.env;
    storage?.write(name, JSON.stringify({ ...JSON.parse(record), generation: 1e9 }));
    tab.reopen();
    await world.run(seconds(10));
    expect(tab.status).toBe("active");
    expect(refreshes()).toBeLessThan(8);
  });

  it("that is blocked is said once, to whoever listens from the start", async () => {
    begin({ storage: "local", browser: { storage: false } });
    const tab = world.openTab();
    const codes: string[] = [];
    tab.client.on("warning", ({ code }) => codes.push(code));
    await world.run(seconds(1));
    expect(codes).toEqual(["storage_unavailable"]);
  });
});

describe("signing out", () => {
  it("without network is told to the server after a reload, and the person stays out meanwhile", async () => {
    const tab = await begin().signIn();
    const { sid } = tab.client.state as { sid: string };
    world.goOffline();
    void tab.signOut();
    await world.run(seconds(5));
    tab.reopen();
    await world.run(minutes(1));
    expect(tab.client.state.isAuthenticated).toBe(false);
    world.goOnline();
    await world.run(minutes(2));
    expect(world.server.facts?.isOver(sid)).toBe(true);
    expect(tab.client.state.isAuthenticated).toBe(false);
  });

  it("without network does not end the session of who signs in afterwards", async () => {
    const tab = await begin().signIn();
    world.network.down();
    void tab.signOut();
    await world.run(seconds(5));
    world.network.up();
    tab.close();
    const other = await world.signIn("bob");
    await world.run(minutes(10));
    expect(other.client.state).toMatchObject({ status: "active", user: { userId: "bob" } });
  });
});

describe("switching the account", () => {
  it("is there when it resolves, in every tab, and stays", async () => {
    const tab = await begin().signIn();
    const other = world.openTab();
    await world.run(seconds(1));
    await world.waitFor(tab.client.switchAccount("acc_other"));
    expect(tab.client.state).toMatchObject({ user: { accountId: "acc_other" } });
    await world.run(hours(1));
    for (const each of [tab, other]) expect(each.client.state).toMatchObject({ user: { accountId: "acc_other" } });
  });

  it("for one token leaves the person where they are", async () => {
    const tab = await begin().signIn();
    const token = await world.waitFor(tab.client.getToken({ account: "acc_other" }));
    expect(JSON.parse(atob(token?.split(".")[1] ?? ""))).toMatchObject({ account: "acc_other" });
    expect(tab.client.state).toMatchObject({ user: { accountId: "acc_ada" } });
    await world.run(hours(1));
    expect(tab.client.state).toMatchObject({ status: "active", user: { accountId: "acc_ada" } });
  });

  it("is refused without network, and does not happen later", async () => {
    const tab = await begin().signIn();
    world.goOffline();
    await expect(world.waitFor(tab.client.switchAccount("acc_other"))).rejects.toMatchObject({ code: "network_error" });
    world.goOnline();
    await world.run(hours(1));
    expect(tab.client.state).toMatchObject({ status: "active", user: { accountId: "acc_ada" } });
  });

  it("needs somebody who is signed in", async () => {
    begin();
    const tab = world.openTab();
    await world.run(seconds(1));
    await expect(world.waitFor(tab.client.switchAccount("acc_other"))).rejects.toMatchObject({
      code: "login_required",
    });
  });
});

describe("a callback", () => {
  it("that was not begun in this tab is refused, and its code is not used", async () => {
    begin({ storage: "local" });
    const tab = world.openTab();
    await world.run(seconds(1));
    const callback = `${world.settings.app}/callback?code=stolen&state=theirs`;
    await expect(world.waitFor(tab.client.handleCallback(callback))).rejects.toMatchObject({ code: "callback_failed" });
    expect(world.network.sent.some(({ path }) => path === "/signin/redeem")).toBe(false);
  });

  it("is none where the address holds no code, nor in mode cookie", async () => {
    begin();
    const tab = world.openTab();
    expect(await tab.client.handleCallback(`${world.settings.app}/`)).toBe(false);
    expect(await tab.client.handleCallback(`${world.settings.app}/?code=theirs&state=x`)).toBe(false);
  });

  it("that is handled twice, as in a page that was loaded again, is one sign-in", async () => {
    const tab = await begin({ storage: "local" }).signIn();
    const again = tab.client.handleCallback(`${world.settings.app}/callback?code=used&state=used`);
    expect(await world.waitFor(again)).toBe(true);
    expect(tab.status).toBe("active");
  });
});

describe("ready and check", () => {
  it("answer when it is known who is there, or that it cannot be known; and never reject", async () => {
    begin().network.down();
    const tab = world.openTab();
    expect(await world.waitFor(tab.client.ready())).toMatchObject({ status: "initializing" });
    world.network.up();
    await world.run(minutes(1));
    expect(await world.waitFor(tab.client.ready())).toMatchObject({ status: "anonymous" });
    world.network.down();
    expect(await world.waitFor(tab.client.check())).toMatchObject({ status: "anonymous" });
    world.network.up();
  });

  it("check sees what happened at the server at once", async () => {
    const tab = await begin().signIn();
    const { sid } = tab.client.state as { sid: string };
    world.server.revoke(sid);
    expect(await world.waitFor(tab.client.check())).toMatchObject({ status: "ended", reason: "session_revoked" });
  });
});
