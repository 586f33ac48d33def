// @vitest-environment happy-dom
import { type AuthClient, createAuthClient } from "@holdfast/client";
import { Activity, act, createElement, type ReactElement, StrictMode, useEffect } from "react";
import { hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { HoldfastProvider, useAuth, useAuthClient } from "./index.ts";
import { createFakeClient, type FakeClient, live } from "./testing/fake-client.ts";
import { mount } from "./testing/mount.ts";

vi.mock("@holdfast/client", () => ({ createAuthClient: vi.fn() }));

const options = { issuer: "https://id.example.com", clientId: "app" };
let made: FakeClient[];

beforeEach(() => {
  made = [];
  vi.mocked(createAuthClient).mockImplementation(() => {
    const client = createFakeClient(live("active"));
    made.push(client);
    return client;
  });
});

it("makes a client from options", async () => {
  const page = await mount(app(options));
  expect(vi.mocked(createAuthClient)).toHaveBeenLastCalledWith(options);
  expect(page.text()).toBe("active");
});

it("makes one client under StrictMode, and disposes of it when the tree goes", async () => {
  const page = await mount(createElement(StrictMode, null, app(options)));
  await page.render(createElement(StrictMode, null, app(options)));
  expect(made).toHaveLength(1);
  expect(page.text()).toBe("active");
  expect(made[0]?.calls).toEqual([]);

  await page.unmount();
  expect(made).toHaveLength(1);
  expect(made[0]?.calls).toEqual(["dispose"]);
  expect(made[0]?.subscribers()).toBe(0);
});

it("keeps the client of a tree that is hidden for a while", async () => {
  // biome-ignore lint/correctness/noChildrenProp: createElement's own types take these children nowhere else
  const tree = (mode: "visible" | "hidden") => createElement(Activity, { mode, children: app(options) });
  const page = await mount(tree("visible"));
  await page.render(tree("hidden"));
  await page.render(tree("visible"));
  expect(made).toHaveLength(1);
  expect(made[0]?.calls).toEqual([]);
  expect(page.text()).toBe("active");
});

it("makes another client for another issuer, client or storage, and no other for options written anew", async () => {
  const page = await mount(app(options));
  await page.render(app({ ...options }));
  expect(made).toHaveLength(1);

  await page.render(app({ ...options, storage: "local" }));
  await page.render(app({ ...options, storage: "local", clientId: "other" }));
  expect(made.map((client) => client.calls)).toEqual([["dispose"], ["dispose"], []]);
});

it("leaves a client that it was given to its owner", async () => {
  const client = createFakeClient(live("active"));
  const page = await mount(createElement(HoldfastProvider, { client }, createElement(Status)));
  await page.unmount();
  expect(client.calls).toEqual([]);
  expect(made).toEqual([]);
});

it("turns to another client that it is given at runtime, without unmounting anything", async () => {
  const [first, second] = [createFakeClient(live("active")), createFakeClient(live("stale"))];
  const log: string[] = [];
  const tree = (client: FakeClient) => createElement(HoldfastProvider, { client }, createElement(Status, { log }));
  const page = await mount(tree(first));
  await page.render(tree(second));
  expect(page.text()).toBe("stale");
  expect([first.subscribers(), second.subscribers()]).toEqual([0, 1]);

  await act(async () => first.enter(live("degraded")));
  expect(page.text()).toBe("stale");
  await act(async () => second.enter(live("active")));
  expect(page.text()).toBe("active");
  expect(log).toEqual(["mounted"]);
});

it("renders on a server without making a client", () => {
  expect(renderToString(app(options))).toBe("initializing");
  expect(made).toEqual([]);
});

it("renders the same on a server, whatever a client already knows there", () => {
  const client = createFakeClient(live("active"));
  expect(renderToString(createElement(HoldfastProvider, { client }, createElement(Status)))).toBe("initializing");
});

it.each([
  ["options", () => app(options)],
  [
    "a client that is active already",
    () => createElement(HoldfastProvider, { client: createFakeClient(live("active")) }, createElement(Status)),
  ],
])("hydrates what the server rendered without a mismatch, from %s", async (_, tree) => {
  const complaints: unknown[] = [];
  const container = document.body.appendChild(document.createElement("div"));
  container.innerHTML = renderToString(tree());
  const text = container.firstChild;
  const root = await act(async () =>
    hydrateRoot(container, tree(), { onRecoverableError: (error) => complaints.push(error) }),
  );
  onTestFinished(async () => {
    await act(async () => root.unmount());
    container.remove();
  });

  expect(complaints).toEqual([]);
  expect(container.textContent).toBe("active");
  expect(container.firstChild).toBe(text);
});

it("makes no client for a tree that never comes to stand", async () => {
  const tree = createElement(HoldfastProvider, options, createElement(Status), createElement(Failing));
  await expect(mount(tree)).rejects.toThrow("no");
  expect(made).toEqual([]);
});

it("answers a call that comes after the tree has gone from a client that is disposed", async () => {
  let late: (() => Promise<string | null>) | undefined;
  const keep = (client: AuthClient) => {
    late = () => client.getToken();
  };
  const page = await mount(createElement(HoldfastProvider, options, createElement(Take, { keep })));
  expect(made).toEqual([]);
  await page.unmount();
  expect(await late?.()).toBeNull();
  expect(made[0]?.state.status).toBe("disposed");
});

function app(props: { issuer: string; clientId: string; storage?: "cookie" | "local" }): ReactElement {
  return createElement(HoldfastProvider, props, createElement(Status));
}

function Failing(): never {
  throw new Error("no");
}

function Take({ keep }: { readonly keep: (client: AuthClient) => void }): null {
  keep(useAuthClient());
  return null;
}

function Status({ log }: { readonly log?: string[] }): string {
  useEffect(() => {
    log?.push("mounted");
    return () => void log?.push("unmounted");
  }, [log]);
  return useAuth().status;
}
