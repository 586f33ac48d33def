// @vitest-environment happy-dom
import { HoldfastProvider } from "@holdfast/react";
import { ConvexReactClient, useConvexAuth, useQuery } from "convex/react";
import { makeFunctionReference } from "convex/server";
import { createElement, type ReactNode, StrictMode, useEffect } from "react";
import { createRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { expect, it, onTestFinished } from "vitest";
import { createFakeClient, type FakeClient, type FakeClientOptions } from "./fake-client.testing.ts";
import { ConvexProviderWithHoldfast } from "./provider.ts";
import { convexOptions, pass, settle, startServer, until } from "./scene.testing.ts";
import type { SyncServer } from "./testing/sync-server.ts";

const LIFETIME = 900;
const whoami = makeFunctionReference<"query", Record<string, never>, string>("users:me");

it("signs Convex in with the session, and runs queries as the person", async () => {
  const { log, server } = await open();
  await until(() => log.includes("u_ada"));
  await settle();
  expect(log).toEqual(["loading", "mounted", "u_ada"]);
  expect(server.tokens()).toHaveLength(2);
});

it("signs Convex in under StrictMode", async () => {
  const { log, server } = await open({ wrap: (node) => createElement(StrictMode, null, node) });
  await until(() => log.includes("u_ada"));
  await pass(2 * LIFETIME);
  expect(server.connections()).toBe(1);
  expect(log.filter((line) => line === "signed out")).toEqual([]);
});

it("goes from loading to signed out when there is nobody, and by loading to signed in when somebody comes", async () => {
  const { auth, log, server } = await open({ start: "initializing" });
  await settle();
  expect(log).toEqual(["loading"]);
  auth.signOut();
  await until(() => log.includes("signed out"));
  expect(log).toEqual(["loading", "signed out"]);
  expect(server.tokens()).toEqual([]);

  auth.signInAs("u_bob", "s_2");
  await until(() => log.includes("u_bob"));
  expect(log).toEqual(["loading", "signed out", "loading", "mounted", "u_bob"]);
});

it("fault 45: keeps the tree mounted through an outage at a scheduled fetch", async () => {
  const { auth, log, server } = await open();
  await until(() => log.includes("u_ada"));
  auth.loseServer();
  await pass(2 * LIFETIME);
  auth.loseServer();
  await settle();
  expect(auth.state.status).toBe("stale");
  auth.findServer();
  await until(() => server.tokens().length === 3);
  await settle();
  expect(log).toEqual(["loading", "mounted", "u_ada"]);
});

it("fault 46: keeps the tree mounted through a wake with a token that ran out", async () => {
  const { auth, log, server } = await open();
  await until(() => log.includes("u_ada"));
  auth.loseServer();
  await pass(2 * LIFETIME);
  server.expireAll();
  await until(() => server.connections() === 0);
  await settle();
  auth.findServer();
  await until(() => server.connections() === 1);
  await settle();
  expect(server.tokens().at(-1)).toBe(auth.token());
  expect(log).toEqual(["loading", "mounted", "u_ada"]);
});

it("fault 47: gives Convex the next session only once it has the token that it waits for", async () => {
  const { auth, log, server } = await open();
  await until(() => log.includes("u_ada"));
  auth.loseServer();
  server.expireAll();
  await until(() => server.connections() === 0);
  await settle();
  auth.signInAs("u_bob", "s_2");
  await until(() => log.includes("u_bob"));
  await pass(2 * LIFETIME);
  expect(server.connections()).toBe(1);
  expect(log.at(-1)).toBe("u_bob");
});

it("fault 48: signs Convex in again when it has signed itself out", async () => {
  const { log, server } = await open();
  await until(() => log.includes("u_ada"));
  server.refuseNext(3);
  server.expireAll();
  await until(() => log.includes("signed out"));
  await pass(5);
  await until(() => log.lastIndexOf("u_ada") > log.indexOf("signed out"));
  expect(log).toEqual(["loading", "mounted", "u_ada", "unmounted", "signed out", "loading", "mounted", "u_ada"]);
});

it("does not take a server that is slow to confirm for one that refused", async () => {
  const { auth, log, server } = await open({ start: "anonymous" });
  await until(() => log.includes("signed out"));
  const release = server.hold();
  auth.signInAs("u_bob", "s_2");
  await pass(120);
  expect(server.tokens()).toHaveLength(1);
  release();
  await until(() => log.includes("u_bob"));
});

it("fault 49: shows a revoked session as signed out at once, though Convex waits for a token", async () => {
  const { auth, log, server } = await open();
  await until(() => log.includes("u_ada"));
  auth.loseServer();
  server.expireAll();
  await until(() => server.connections() === 0);
  auth.end("session_revoked");
  await until(() => log.includes("signed out"));
  expect(log).toEqual(["loading", "mounted", "u_ada", "unmounted", "signed out"]);
  await until(() => server.connections() === 1);
});

it.each(["active", "anonymous"] as const)(
  "renders as loading on a server, though it is known to be %s there",
  (start) => {
    const convex = new ConvexReactClient("http://127.0.0.1:1", convexOptions);
    expect(renderToString(app(createFakeClient({ start }), convex, []))).toBe("loading");
  },
);

interface Page {
  readonly auth: FakeClient;
  readonly server: SyncServer;
  /** What the page showed, and what was mounted for a signed-in person and taken away. */
  readonly log: string[];
}

async function open({
  start,
  wrap = (node) => node,
}: FakeClientOptions & { wrap?: (node: ReactNode) => ReactNode } = {}): Promise<Page> {
  const server = await startServer({ functions: { "users:me": (_, identity) => String(identity?.sub) } });
  const auth = createFakeClient(start === undefined ? {} : { start });
  const convex = new ConvexReactClient(server.url, convexOptions);
  const log: string[] = [];
  const root = createRoot(document.body.appendChild(document.createElement("div")));
  onTestFinished(async () => {
    root.unmount();
    await convex.close();
  });
  root.render(wrap(app(auth, convex, log)));
  await settle();
  return { auth, server, log };
}

function app(auth: FakeClient, convex: ConvexReactClient, log: string[]): ReactNode {
  const screen = createElement(Screen, { log });
  return createElement(
    HoldfastProvider,
    { client: auth },
    createElement(ConvexProviderWithHoldfast, { client: convex }, screen),
  );
}

function Screen({ log }: { readonly log: string[] }): ReactNode {
  const { isLoading, isAuthenticated } = useConvexAuth();
  const text = isLoading ? "loading" : "signed out";
  useEffect(() => {
    if (!isAuthenticated) log.push(text);
  }, [isAuthenticated, text, log]);
  return isAuthenticated ? createElement(Inside, { log }) : text;
}

function Inside({ log }: { readonly log: string[] }): ReactNode {
  const me = useQuery(whoami, {});
  useEffect(() => {
    log.push("mounted");
    return () => void log.push("unmounted");
  }, [log]);
  useEffect(() => {
    if (me !== undefined) log.push(me);
  }, [me, log]);
  return me;
}
