// @vitest-environment happy-dom
import { act, createElement, type ReactNode, startTransition, useEffect, useLayoutEffect, useState } from "react";
import { expect, it } from "vitest";
import { type Auth, HoldfastProvider, useAuth, useAuthClient, useAuthState, useUser } from "./index.ts";
import { ada, createFakeClient, ended, type FakeClient, initializing, live } from "./testing/fake-client.ts";
import { mount } from "./testing/mount.ts";

it("gives the state of the client, and every state after it", async () => {
  const client = createFakeClient();
  const page = await mount(createElement(HoldfastProvider, { client }, createElement(Status)));
  expect(page.text()).toBe("initializing");

  const seen: string[] = [];
  for (const state of [live("active"), live("degraded"), live("stale"), live("active"), ended("session_revoked")]) {
    await act(async () => client.enter(state));
    seen.push(page.text());
  }

  expect(seen).toEqual(["active", "degraded", "stale", "active", "ended: session_revoked"]);
});

it("keeps the object until the state changes, and the functions for as long as the client is the same", async () => {
  const client = createFakeClient(live("active"));
  const seen: Auth[] = [];
  const tree = () => createElement(HoldfastProvider, { client }, createElement(Note, { seen }));
  const page = await mount(tree());
  await page.render(tree());
  expect(seen).toHaveLength(2);
  expect(seen[1]).toBe(seen[0]);

  await act(async () => client.enter(live("degraded")));
  const [first, , third] = seen;
  expect(third).not.toBe(first);
  for (const name of ["getToken", "fetch", "signIn", "signOut", "switchAccount"] as const) {
    expect(third?.[name]).toBe(first?.[name]);
  }
});

it("passes what is asked on to the client", async () => {
  const client = createFakeClient(live("active"));
  const seen: Auth[] = [];
  await mount(createElement(HoldfastProvider, { client }, createElement(Note, { seen })));
  const auth = seen.at(-1);

  expect(await auth?.getToken({ minRemainingMs: 5_000 })).toBe("token");
  expect(await (await auth?.fetch("/notes"))?.text()).toBe("ok");
  await auth?.signIn();
  await auth?.switchAccount("a_2");
  await act(async () => auth?.signOut());

  expect(client.calls).toEqual([
    'getToken {"minRemainingMs":5000}',
    "fetch /notes",
    "signIn",
    "switchAccount a_2",
    "signOut",
  ]);
});

it("hands the client itself to those who need it", async () => {
  const client = createFakeClient();
  const seen: unknown[] = [];
  await mount(createElement(HoldfastProvider, { client }, createElement(NoteClient, { seen })));
  expect(seen).toEqual([client]);
});

it("says who is signed in, and nobody when nobody is", async () => {
  const client = createFakeClient();
  const seen: unknown[] = [];
  await mount(createElement(HoldfastProvider, { client }, createElement(NoteUser, { seen })));
  await act(async () => client.enter(live("stale", null)));
  await act(async () => client.enter(live("active")));
  await act(async () => client.enter(ended("signed_out")));
  expect(seen).toEqual([null, ada, null]);
});

it("renders a component again only when the part it selected is another", async () => {
  const client = createFakeClient(live("active"));
  const renders: boolean[] = [];
  const page = await mount(createElement(HoldfastProvider, { client }, createElement(InOrOut, { renders })));
  for (const status of ["degraded", "stale", "active"] as const) await act(async () => client.enter(live(status)));
  expect(renders).toEqual([true]);

  await act(async () => client.enter(ended("user_disabled")));
  expect(page.text()).toBe("out");
  expect(renders).toEqual([true, false]);
});

it("never commits two components with different states, though the state changes between them", async () => {
  const client = createFakeClient(live("active"));
  const commits: (string | null)[] = [];
  await mount(createElement(HoldfastProvider, { client }, createElement(Pair, { client, commits })));

  expect(commits).toEqual(["stalestale"]);
});

it("says what is missing when there is no provider", async () => {
  await expect(mount(createElement(Status))).rejects.toThrow("There is no HoldfastProvider above this component.");
});

it("leaves nothing subscribed behind", async () => {
  const client = createFakeClient(initializing);
  const page = await mount(createElement(HoldfastProvider, { client }, createElement(Status)));
  expect(client.subscribers()).toBe(1);
  await page.unmount();
  expect(client.subscribers()).toBe(0);
});

function Status(): string {
  const auth = useAuth();
  return auth.status === "ended" ? `ended: ${auth.reason}` : auth.status;
}

function Note({ seen }: { readonly seen: Auth[] }): null {
  seen.push(useAuth());
  return null;
}

/** Two readers of one state, and between them somebody who changes it. */
function Pair({ client, commits }: { readonly client: FakeClient; readonly commits: (string | null)[] }): ReactNode {
  const [isShown, show] = useState(false);
  // A transition renders in slices, and leaves the state time to change between them.
  useEffect(() => startTransition(() => show(true)), []);
  useLayoutEffect(() => {
    if (isShown) commits.push(document.body.textContent);
  }, [isShown, commits]);
  return (
    isShown && [
      createElement(Status, { key: 1 }),
      createElement(Meddler, { key: 2, client }),
      createElement(Status, { key: 3 }),
    ]
  );
}

function Meddler({ client }: { readonly client: FakeClient }): null {
  if (client.state.status === "active") client.enter(live("stale"));
  return null;
}

function NoteClient({ seen }: { readonly seen: unknown[] }): null {
  seen.push(useAuthClient());
  return null;
}

function NoteUser({ seen }: { readonly seen: unknown[] }): null {
  seen.push(useUser());
  return null;
}

function InOrOut({ renders }: { readonly renders: boolean[] }): string {
  const isIn = useAuthState((state) => state.isAuthenticated);
  renders.push(isIn);
  return isIn ? "in" : "out";
}
