// @vitest-environment happy-dom
import { afterEach, describe, expect, it, vi } from "vitest";
import { browserEnv } from "./browser-env.ts";

afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
});

const blocked = () => {
  throw new DOMException("Blocked.", "SecurityError");
};

describe("what a page offers", () => {
  it("is taken as it is", () => {
    const env = browserEnv();
    env.storage?.write("a", "1");
    expect([localStorage.getItem("a"), env.storage?.read("a"), env.storage?.read("b")]).toEqual(["1", "1", null]);
    env.storage?.remove("a");
    expect(localStorage.length).toBe(0);
    expect(env.navigation?.href()).toBe(location.href);
    expect(env.lifecycle.isVisible()).toBe(true);
  });

  it.each(["localStorage", "sessionStorage"] as const)("%s that may not even be asked for is none", (name) => {
    vi.spyOn(globalThis, name, "get").mockImplementation(blocked);
    const env = browserEnv();
    expect(name === "localStorage" ? env.storage : env.sessionStorage).toBeNull();
    vi.restoreAllMocks();
  });

  it("makes identifiers that the server takes as keys, each another", () => {
    const { randomId } = browserEnv();
    const ids = Array.from({ length: 100 }, randomId);
    expect(new Set(ids).size).toBe(100);
    // Two of them are a code verifier (RFC 7636, section 4.1).
    for (const id of ids) expect(id + id).toMatch(/^[a-z0-9]{43,128}$/);
  });

  it("has no randomUUID, locks or subtle outside a secure context, and needs none of them to start", () => {
    vi.stubGlobal("crypto", { getRandomValues: <T>(bytes: T) => bytes });
    vi.stubGlobal("navigator", {});
    expect(browserEnv()).toMatchObject({ locks: null, subtle: null });
  });
});

describe("what happens to the page", () => {
  it.each<[string, () => EventTarget, Event]>([
    ["online", () => window, new Event("online")],
    ["offline", () => window, new Event("offline")],
    ["pagehide", () => window, new Event("pagehide")],
    ["freeze", () => document, new Event("freeze")],
    ["resume", () => document, new Event("resume")],
    ["visible", () => document, new Event("visibilitychange")],
    ["pageshow", () => window, Object.assign(new Event("pageshow"), { persisted: true })],
  ])("is told, until nobody listens: %s", (name, target, event) => {
    const told = vi.fn();
    const stop = browserEnv().lifecycle.listen(told);
    target().dispatchEvent(event);
    stop();
    target().dispatchEvent(event);
    expect(told.mock.calls).toEqual([[name]]);
  });

  it("is no return from the back/forward cache when a page is simply shown", () => {
    const told = vi.fn();
    const stop = browserEnv().lifecycle.listen(told);
    window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: false }));
    stop();
    expect(told).not.toHaveBeenCalled();
  });

  it("tells of another tab's writes", () => {
    const told = vi.fn();
    const stop = browserEnv().storage?.listen(told);
    window.dispatchEvent(Object.assign(new Event("storage"), { key: "a", newValue: "1" }));
    stop?.();
    window.dispatchEvent(Object.assign(new Event("storage"), { key: "b", newValue: "1" }));
    expect(told.mock.calls).toEqual([["a", "1"]]);
  });
});
