// @vitest-environment happy-dom
import type { EndReason } from "@holdfast/client";
import { act, createElement, Fragment, type ReactElement, useEffect } from "react";
import { expect, it } from "vitest";
import { HoldfastProvider, SignedIn, SignedOut } from "./index.ts";
import { anonymous, createFakeClient, ended, live } from "./testing/fake-client.ts";
import { mount } from "./testing/mount.ts";

it("keeps what is inside mounted from active through every trouble to active: no flash", async () => {
  const client = createFakeClient();
  const log: string[] = [];
  await mount(createElement(HoldfastProvider, { client }, createElement(App, { log })));

  for (const status of ["stale", "active", "degraded", "stale", "active"] as const) {
    await act(async () => client.enter(live(status)));
  }
  expect(log).toEqual(["mounted"]);

  await act(async () => client.enter(ended("session_revoked")));
  expect(log).toEqual(["mounted", "unmounted"]);
});

it.each([
  ["nobody knows yet", undefined, ""],
  ["nobody is signed in", anonymous, "Sign in"],
  ["a session is active", live("active"), "in"],
  ["a session is on trouble", live("degraded"), "in"],
  ["a session cannot reach its server, not even for the first token", live("stale", null), "in"],
  ["the session was revoked", ended("session_revoked"), "You were signed out: session_revoked"],
  ["the person left", ended("signed_out"), "You were signed out: signed_out"],
])("when %s", async (_, state, text) => {
  const client = createFakeClient(state);
  const page = await mount(createElement(HoldfastProvider, { client }, createElement(App, { log: [] })));
  expect(page.text()).toBe(text);
});

it("shows plain children as well", async () => {
  const client = createFakeClient(anonymous);
  const page = await mount(createElement(HoldfastProvider, { client }, createElement(SignedOut, null, "Welcome")));
  expect(page.text()).toBe("Welcome");
});

function App({ log }: { readonly log: string[] }): ReactElement {
  return createElement(
    Fragment,
    null,
    createElement(SignedIn, null, createElement(Inside, { log })),
    // biome-ignore lint/correctness/noChildrenProp: createElement's own types take these children nowhere else
    createElement(SignedOut, { children: goodbye }),
  );
}

function goodbye(reason: EndReason | null): string {
  return reason === null ? "Sign in" : `You were signed out: ${reason}`;
}

function Inside({ log }: { readonly log: string[] }): string {
  useEffect(() => {
    log.push("mounted");
    return () => void log.push("unmounted");
  }, [log]);
  return "in";
}
