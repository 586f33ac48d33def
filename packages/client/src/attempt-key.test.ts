import { describe, expect, it } from "vitest";
import { createAttemptKeys } from "./attempt-key.ts";
import { createJsonStorage } from "./json-storage.ts";

function setUp(entries = new Map<string, string>()) {
  const storage = createJsonStorage(
    {
      read: (key) => entries.get(key) ?? null,
      write: (key, value) => void entries.set(key, value),
      remove: (key) => void entries.delete(key),
    },
    "x",
    () => {},
  );
  let ids = 0;
  return { entries, openTab: (name: string) => createAttemptKeys(storage, () => `${name}${++ids}`) };
}

describe("the key of an attempt", () => {
  it("is stored before anybody can send it", () => {
    const { entries, openTab } = setUp();
    const { key } = openTab("a").begin();
    expect(entries.get("x:attempt")).toContain(key);
  });

  it("is the same for retries, other tabs and after a reload, until the successor came", () => {
    const { openTab } = setUp();
    const tab = openTab("a");
    const first = tab.begin();
    expect([tab.begin().key, openTab("b").begin().key]).toEqual([first.key, first.key]);
  });

  it("is cleared by the answer to the latest request under it, and by no earlier one", () => {
    const { entries, openTab } = setUp();
    const tab = openTab("a");
    const [earlier, latest] = [tab.begin(), tab.begin()];
    tab.finish(earlier);
    expect(entries.size).toBe(1);
    tab.finish(latest);
    expect(entries.size).toBe(0);
    expect(tab.begin().key).not.toBe(latest.key);
  });

  it("is not cleared by the answer to another attempt", () => {
    const { entries, openTab } = setUp();
    const tab = openTab("a");
    const old = tab.begin();
    tab.clear();
    tab.begin();
    tab.finish(old);
    expect(entries.size).toBe(1);
  });

  it("is another tab's when both began at the same moment", () => {
    const entries = new Map<string, string>();
    const { openTab } = setUp(entries);
    const set = entries.set.bind(entries);
    entries.set = (key, value) => set(key, value.replace(/a\d/, "theirs"));
    expect(openTab("a").begin()).toEqual({ key: "theirs", turn: 1 });
  });

  it.each(["not JSON", "7", "null", "{}", '{"key":7,"turn":1}', '{"key":"","turn":1}', '{"key":"ä b","turn":1}'])(
    "is a new one where storage holds %s: the server would refuse what is there for ever",
    (stored) => {
      const { openTab } = setUp(new Map([["x:attempt", stored]]));
      expect(openTab("a").begin().key).toBe("a1");
    },
  );
});
