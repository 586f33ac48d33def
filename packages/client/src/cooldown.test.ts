import { expect, it } from "vitest";
import { createClock } from "./clock.ts";
import { createCooldown } from "./cooldown.ts";
import { createJsonStorage } from "./json-storage.ts";

function setUp(stored: Map<string, string> | null = new Map()) {
  const time = { wall: 1_000_000 };
  const storage = stored && {
    read: (key: string) => stored.get(key) ?? null,
    write: (key: string, value: string) => void stored.set(key, value),
    remove: (key: string) => void stored.delete(key),
  };
  const clock = createClock({ wallNow: () => time.wall, monotonicNow: () => 0 });
  return {
    time,
    open: () =>
      createCooldown(
        createJsonStorage(storage, "x", () => {}),
        clock,
      ),
  };
}

it("holds for all tabs, and is over when it is over", () => {
  const { time, open } = setUp();
  open().begin(120_000);
  time.wall += 100_000;
  expect(open().remaining()).toBe(20_000);
  time.wall += 20_000;
  expect(open().remaining()).toBe(0);
});

it("holds for the tab where nothing is stored", () => {
  const cooldown = setUp(null).open();
  cooldown.begin(5000);
  expect(cooldown.remaining()).toBe(5000);
});

it("is forgotten when the wall clock was set back by more than was ever asked for", () => {
  const { time, open } = setUp();
  open().begin(120_000);
  time.wall -= 3_600_000;
  expect(open().remaining()).toBe(0);
});

it.each(["x", "7", "{}", '{"wait":"a"}', '{"wait":1e99,"since":{"wall":0}}', '{"wait":5000,"since":null}'])(
  "is none where storage holds %s",
  (value) => {
    expect(
      setUp(new Map([["x:cooldown", value]]))
        .open()
        .remaining(),
    ).toBe(0);
  },
);
