import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AuthClientOptions } from "../auth-client.ts";
import { followSession } from "./follow-session.ts";
import {
  createTestClient,
  createTestLocks,
  createTestTab,
  ended,
  settle,
  signedIn,
  type TestClient,
  type TestTab,
} from "./push.testing.ts";

const issuer = "https://login.example.com";
const revoked = { event: "revoked", data: { subject: "session", reason: "session_revoked", at_ms: 1 } } as const;
const changed = { event: "claims_changed", data: { subject: "user", at_ms: 1 } } as const;
const tick = { event: "tick", data: { server_time_ms: 1 } } as const;

let tab: TestTab;
let client: TestClient;
const stops: (() => void)[] = [];
beforeEach(() => {
  tab = createTestTab();
  client = createTestClient();
});
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function follow(each: TestTab = tab, storage: AuthClientOptions["storage"] = "cookie", of: TestClient = client) {
  const stop = followSession(of, { issuer, clientId: "app", storage, env: each.env });
  stops.push(stop);
  await settle();
  return stop;
}

describe("a tab that is looked at, of somebody who is signed in", () => {
  it("asks with the browser's cookie", async () => {
    await follow();
    expect(tab.stream.url).toBe(`${issuer}/session/events?client_id=app`);
    expect(tab.stream.init).toMatchObject({ credentials: "include", cache: "no-store", redirect: "error" });
    expect(new Headers(tab.stream.init.headers).has("authorization")).toBe(false);
    expect(client.asked).toEqual([]);
  });

  it.each(["local", "memory"] as const)("asks with its access token in mode %s", async (mode) => {
    await follow(tab, mode);
    expect(tab.stream.init.credentials).toBe("omit");
    expect(new Headers(tab.stream.init.headers).get("authorization")).toMatch(/^Bearer the\.\w+\.token$/);
  });

  it("asks the server whether the session stands when it hears that it was ended", async () => {
    await follow();
    await tab.stream.accept();
    await tab.stream.send(revoked);
    expect(client.asked).toEqual(["check"]);
  });

  it("gets a new token when it hears that claims have changed, each time", async () => {
    await follow();
    await tab.stream.accept();
    await tab.stream.send(changed, tick, changed);
    expect(client.asked).toEqual(["refresh", "refresh"]);
  });

  it.each([
    ["a role changed before the token was made", "user", 60_000, 0],
    ["a role changed in the second in which it was made", "user", 60_001, 1],
    ["a role changed after it", "user", 61_000, 1],
    ["its own switch to another account", "session", 60_999, 0],
    ["another tab's switch", "session", 61_000, 1],
  ] as const)("%s: asks only for what its token cannot say", async (_, subject, at_ms, times) => {
    await client.become(signedIn("s1", 60));
    await follow();
    await tab.stream.accept();
    await tab.stream.send({ event: "claims_changed", data: { subject, at_ms } });
    expect(client.asked).toHaveLength(times);
  });

  it("hears what comes in pieces, and leaves alone what it does not know", async () => {
    await follow();
    await tab.stream.accept();
    await tab.stream.sendText(": a comment\n\nevent: news\ndata: {}\n\nevent: revoked\ndata: {broken\n\n");
    await tab.stream.sendText("data\n\nevent: claims_changed\r\nda");
    await tab.stream.sendText('ta: {"subject":"user","at_ms":1}\r\n\r\n');
    expect(client.asked).toEqual(["refresh"]);
  });
});

describe("nothing is asked for", () => {
  it("while nobody is signed in, and then it is", async () => {
    client = createTestClient({ status: "anonymous", isAuthenticated: false, isLoading: false });
    await follow();
    expect(tab.streams).toHaveLength(0);
    await client.become(signedIn());
    expect(tab.streams).toHaveLength(1);
  });

  it("any more once the session has ended, of which the client was told", async () => {
    await follow();
    await tab.stream.accept();
    await client.become(ended);
    expect(tab.stream.isAborted).toBe(true);
    await tab.advance(3_600_000);
    expect([tab.streams.length, tab.timers]).toEqual([1, 0]);
  });

  it("while the tab is hidden; who looks away for a moment stays", async () => {
    await follow();
    await tab.stream.accept();
    await tab.tell("hidden", false);
    await tab.advance(14_000);
    await tab.tell("visible", true);
    await tab.advance(20_000);
    expect(tab.stream.isAborted).toBe(false);
    await tab.tell("hidden", false);
    await tab.advance(15_000);
    expect(tab.stream.isAborted).toBe(true);
    await tab.tell("visible", true);
    expect(tab.streams).toHaveLength(2);
  });

  it.each(["freeze", "pagehide"] as const)(
    "from %s on, at once: a page with a connection is not kept",
    async (event) => {
      await follow();
      await tab.stream.accept();
      await tab.tell(event, false);
      expect(tab.stream.isAborted).toBe(true);
    },
  );

  it("after it was stopped, and nothing is left behind", async () => {
    const stop = await follow();
    await tab.stream.accept();
    stop();
    await settle();
    await tab.tell("visible");
    await client.become(signedIn("s2"));
    expect(tab.stream.isAborted).toBe(true);
    expect([tab.streams.length, tab.timers]).toEqual([1, 0]);
  });
});

it("somebody else's session is followed anew", async () => {
  await follow();
  const first = tab.stream;
  await first.accept();
  await client.become(signedIn("s2"));
  expect(first.isAborted).toBe(true);
  expect(tab.streams).toHaveLength(2);
});

it("of several tabs one listens for all; when it goes, the next does", async () => {
  const locks = createTestLocks();
  const tabs = [createTestTab({ locks }), createTestTab({ locks }), createTestTab({ locks })];
  const stopping = await Promise.all(tabs.map((each) => follow(each)));
  expect(tabs.map(({ streams }) => streams.length)).toEqual([1, 0, 0]);
  stopping[0]?.();
  await settle();
  expect(tabs.map(({ streams }) => streams.length)).toEqual([1, 1, 0]);
});

it("where locks are refused, each tab listens for itself", async () => {
  tab = createTestTab({ locks: { request: () => Promise.reject(new DOMException("no", "SecurityError")) } });
  await follow();
  expect(tab.streams).toHaveLength(1);
});

describe("trouble is quiet, and a reason to come again later", () => {
  const lost: readonly [string, (each: TestTab) => Promise<void>][] = [
    ["no network", (each) => each.stream.fail()],
    ["a captive portal", (each) => each.stream.refuse(200, { "Content-Type": "text/html" })],
    ["a 502", (each) => each.stream.refuse(502)],
    ["a stream that ends", async (each) => each.stream.accept().then(() => each.stream.end())],
  ];

  it.each(lost)("%s: longer each time, up to a minute", async (_, happen) => {
    await follow();
    const waits: number[] = [];
    for (let turn = 0; turn < 9; turn++) {
      const before = tab.streams.length;
      await happen(tab);
      let waited = 0;
      while (tab.streams.length === before && waited < 600) {
        await tab.advance(1_000);
        waited += 1;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    expect(client.asked).toEqual([]);
  });

  it("silence for twice the heartbeat is a connection that is dead", async () => {
    await follow();
    await tab.stream.accept();
    await tab.advance(49_000);
    await tab.stream.send(tick);
    await tab.advance(49_000);
    expect(tab.stream.isAborted).toBe(false);
    await tab.advance(1_000);
    expect(tab.stream.isAborted).toBe(true);
    await tab.advance(1_000);
    expect(tab.streams).toHaveLength(2);
  });

  it("no answer within 20 s is none", async () => {
    await follow();
    await tab.advance(21_000);
    expect(tab.streams).toHaveLength(2);
  });

  it("a connection that has held begins the row anew", async () => {
    await follow();
    for (let turn = 0; turn < 4; turn++) {
      await tab.stream.fail();
      await tab.advance(60_000);
    }
    await tab.stream.accept();
    await tab.stream.send(tick);
    await tab.stream.end();
    const before = tab.streams.length;
    await tab.advance(1_000);
    expect(tab.streams).toHaveLength(before + 1);
  });

  it("a server that is full says when", async () => {
    await follow();
    await tab.stream.refuse(429, { "Retry-After": "60" });
    await tab.advance(119_000);
    expect(tab.streams).toHaveLength(1);
    await tab.advance(1_000);
    expect(tab.streams).toHaveLength(2);
  });

  it("a 401 is a question to the client, once", async () => {
    await follow();
    await tab.stream.refuse(401);
    expect(client.asked).toEqual(["check"]);
    await tab.advance(300_000);
    await tab.stream.refuse(401);
    expect(client.asked).toEqual(["check"]);
  });

  it.each([400, 403, 404, 405])("a %i is not asked about again for five minutes", async (status) => {
    await follow();
    await tab.stream.refuse(status);
    await tab.advance(299_000);
    expect(tab.streams).toHaveLength(1);
    await tab.advance(1_000);
    expect(tab.streams).toHaveLength(2);
  });

  it("being online again ends the wait", async () => {
    await follow();
    for (let turn = 0; turn < 6; turn++) {
      await tab.stream.fail();
      await tab.advance(60_000);
    }
    const before = tab.streams.length;
    await tab.stream.fail();
    await tab.tell("online");
    expect(tab.streams).toHaveLength(before + 1);
  });
});
