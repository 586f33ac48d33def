import { describe, expect, it } from "vitest";
import { createJsonStorage } from "./json-storage.ts";
import { createSessionStore } from "./session-store.ts";

function setUp() {
  const entries = new Map<string, string>();
  let isFull = false;
  const storage = {
    read: (key: string) => entries.get(key) ?? null,
    write(key: string, value: string) {
      if (isFull) throw new DOMException("Full.", "QuotaExceededError");
      entries.set(key, value);
    },
    remove: (key: string) => void entries.delete(key),
  };
  return {
    entries,
    openTab: () => createSessionStore(createJsonStorage(storage, "x", () => {})),
    fill: (full: boolean) => {
      isFull = full;
    },
  };
}

const at = (generation: number, grant = "g1", sid = "s1") => ({ sid, grant, generation });

describe("what is stored of a session", () => {
  it("is seen by every tab", () => {
    const { openTab } = setUp();
    const [one, other] = [openTab(), openTab()];
    one.write(at(1));
    expect(other.read()).toEqual(at(1));
  });

  it("goes on in memory where it cannot be written, and is written once it can be", () => {
    const { entries, openTab, fill } = setUp();
    const tab = openTab();
    tab.write(at(1));
    fill(true);
    tab.write(at(2));
    expect(tab.read()).toEqual(at(2));
    expect(entries.get("x:session")).toContain('"generation":1');
    fill(false);
    tab.read();
    expect(entries.get("x:session")).toContain('"generation":2');
  });

  it("is another tab's where that is newer than what could not be written here", () => {
    const { openTab, fill } = setUp();
    const [one, other] = [openTab(), openTab()];
    fill(true);
    one.write(at(2));
    fill(false);
    other.write(at(3));
    expect(one.read()).toEqual(at(3));
  });

  it("survives that the site's data is cleared beneath it", () => {
    const { entries, openTab } = setUp();
    const tab = openTab();
    tab.write(at(4));
    entries.clear();
    expect(tab.read()).toEqual(at(4));
  });

  it.each(["x", "7", "[]", "{}", '{"sid":"","grant":"g","generation":1}', '{"sid":"s","grant":"g","generation":"1"}'])(
    "is nothing when it reads %s",
    (stored) => {
      const { entries, openTab } = setUp();
      entries.set("x:session", stored);
      expect(openTab().read()).toBeNull();
    },
  );
});

describe("a session that is over", () => {
  it("beats every generation of its grant, in every tab", () => {
    const { openTab } = setUp();
    const [one, other] = [openTab(), openTab()];
    other.write(at(5));
    one.bury(at(2), "session_revoked");
    expect(other.read()).toBeNull();
    expect(other.endOf(at(99))).toBe("session_revoked");
  });

  it("takes older sign-ins with it, whichever session they were for, and no newer one", () => {
    const tab = setUp().openTab();
    tab.bury(at(1, "g2", "s2"), "signed_out");
    expect(tab.endOf(at(7, "g1", "s1"))).toBe("signed_out");
    expect(tab.endOf(at(1, "g3", "s2"))).toBeUndefined();
  });

  it("says nothing of others where grants are not known by their own ids", () => {
    const tab = setUp().openTab();
    tab.bury(at(1, "s2", "s2"), "signed_out");
    expect(tab.endOf(at(1, "s1", "s1"))).toBeUndefined();
  });

  it("can be signed in to again", () => {
    const tab = setUp().openTab();
    tab.bury(at(1), "session_revoked");
    tab.unbury("s1");
    expect(tab.endOf(at(1))).toBeUndefined();
  });

  it("is remembered by its tab where nothing can be stored", () => {
    const { openTab, fill } = setUp();
    fill(true);
    const tab = openTab();
    tab.bury(at(1), "signed_out");
    expect(tab.endOf(at(1))).toBe("signed_out");
  });

  it.each(["x", "{}", "[null,7,{}]"])("is no trouble where storage holds %s", (stored) => {
    const { entries, openTab } = setUp();
    entries.set("x:ended", stored);
    const tab = openTab();
    expect(tab.endOf(at(1))).toBeUndefined();
    tab.bury(at(1), "signed_out");
    expect(tab.endOf(at(1))).toBe("signed_out");
  });
});
