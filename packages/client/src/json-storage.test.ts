import { describe, expect, it, vi } from "vitest";
import { createJsonStorage } from "./json-storage.ts";

const blocked = () => {
  throw new DOMException("Blocked.", "SecurityError");
};

describe("storage", () => {
  it.each([
    ["is not there", null],
    ["throws at everything", { read: blocked, write: blocked, remove: blocked }],
  ])("that %s is made up for in memory", (_what, storage) => {
    const failed = vi.fn();
    const json = createJsonStorage(storage, "x", failed);
    expect(json.read("a")).toBeNull();
    expect(json.write("a", { b: 1 })).toBe(false);
    expect(json.read("a")).toEqual({ b: 1 });
    json.write("a", null);
    expect(json.read("a")).toBeNull();
    expect(failed).toHaveBeenCalledTimes(storage ? 2 : 0);
  });

  it("keeps no copy of what is stored: another tab may remove it", () => {
    const entries = new Map<string, string>();
    const storage = {
      read: (key: string) => entries.get(key) ?? null,
      write: (key: string, value: string) => void entries.set(key, value),
      remove: (key: string) => void entries.delete(key),
    };
    const json = createJsonStorage(storage, "x", () => {});
    expect(json.write("a", 1)).toBe(true);
    entries.clear();
    expect(json.read("a")).toBeNull();
  });

  it("reads null for what is no JSON", () => {
    const storage = { read: () => "{", write: () => {}, remove: () => {} };
    expect(createJsonStorage(storage, "x", () => {}).read("a")).toBeNull();
  });
});
