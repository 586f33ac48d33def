// @vitest-environment happy-dom
import type { ClientEnv } from "@holdfast/client";
import { createElement, StrictMode } from "react";
import { expect, it } from "vitest";
import { HoldfastProvider, useAuth } from "./index.ts";
import { mount } from "./testing/mount.ts";

it("fault 44: leaves one client under StrictMode, and nothing of it when the tree goes: no timer, lock or channel", async () => {
  const { env, held, asked } = createPage();
  const provider = createElement(
    HoldfastProvider,
    { issuer: "https://id.example.com", clientId: "app", env },
    createElement(Status),
  );
  const page = await mount(createElement(StrictMode, null, provider));
  expect(page.text()).toBe("initializing");
  expect(asked).toEqual(["https://id.example.com/refresh"]);
  expect(held.channel).toBe(1);
  expect(held.lock).toBe(1);
  expect(held.listener).toBe(1);
  expect(held.timer).toBeGreaterThan(0);

  await page.unmount();
  await new Promise((resolve) => setTimeout(resolve));
  expect(held).toEqual({ timer: 0, lock: 0, channel: 0, listener: 0 });
  expect(asked).toHaveLength(1);
});

/** A page that counts what it is asked to hold, and a server that does not answer until it is given up. */
function createPage() {
  const held = { timer: 0, lock: 0, channel: 0, listener: 0 };
  const asked: string[] = [];
  const timers = new Set<unknown>();
  const take = (what: keyof typeof held) => {
    held[what]++;
    let isHeld = true;
    return () => {
      if (isHeld) held[what]--;
      isHeld = false;
    };
  };
  const env: ClientEnv = {
    fetch: (input, init) => {
      asked.push(String(input));
      return new Promise((_, reject) => {
        init?.signal?.addEventListener("abort", () => reject(new DOMException("given up", "AbortError")));
      });
    },
    wallNow: () => 0,
    monotonicNow: () => 0,
    setTimer: () => {
      const timer = {};
      timers.add(timer);
      held.timer = timers.size;
      return timer;
    },
    clearTimer: (timer) => {
      timers.delete(timer);
      held.timer = timers.size;
    },
    random: () => 0.5,
    randomId: () => "id",
    locks: {
      request: async (_, __, work) => {
        const release = take("lock");
        return work().finally(release);
      },
    },
    openChannel: () => ({ post: () => {}, listen: () => {}, close: take("channel") }),
    storage: null,
    sessionStorage: null,
    subtle: null,
    vault: null,
    lifecycle: { isOnline: () => true, isVisible: () => true, listen: () => take("listener") },
    navigation: null,
  };
  return { env, held, asked };
}

function Status(): string {
  return useAuth().status;
}
