import { describe, expect, it, vi } from "vitest";
import { createStateStore } from "./state-store.ts";

const user = (role: string) => ({ userId: "u1", accountId: "a1", role, claims: { sub: "u1", role } });

describe("the state", () => {
  it("begins as initializing", () => {
    expect(createStateStore().get()).toEqual({ status: "initializing", isAuthenticated: false, isLoading: true });
  });

  it("is the same object until something changes, and nobody is told", () => {
    const state = createStateStore();
    state.set("active", { sid: "s1", user: user("owner") });
    const before = state.get();
    const listener = vi.fn();
    state.subscribe(listener);
    state.set("active", { sid: "s1", user: user("owner") });
    expect(state.get()).toBe(before);
    expect(listener).not.toHaveBeenCalled();
  });

  it("keeps the person's object when only the status changes", () => {
    const state = createStateStore();
    state.set("active", { sid: "s1", user: user("owner") });
    const before = state.get();
    state.set("stale", { sid: "s1", user: user("owner") });
    expect(state.get()).toMatchObject({ status: "stale", isAuthenticated: true });
    expect("user" in before && "user" in state.get() && before.user === (state.get() as typeof before).user).toBe(true);
  });

  it.each([
    ["anonymous", false, false],
    ["active", true, false],
    ["degraded", true, false],
    ["stale", true, false],
    ["ended", false, false],
    ["disposed", false, false],
  ] as const)("%s: authenticated %s, loading %s", (status, isAuthenticated, isLoading) => {
    const state = createStateStore();
    state.set(status);
    expect(state.get()).toMatchObject({ status, isAuthenticated, isLoading });
  });

  it("is told to everybody in the same turn, whatever one of them throws", () => {
    const state = createStateStore();
    const other = vi.fn();
    state.subscribe(() => {
      throw new Error("the app's");
    });
    const stop = state.subscribe(other);
    state.subscribe(other);
    state.set("anonymous");
    expect(other).toHaveBeenCalledTimes(2);
    stop();
    stop();
    state.set("ended");
    expect(other).toHaveBeenCalledTimes(3);
  });
});
