import { expect, test } from "vitest";
import { createEventTarget, type VerifierEvent } from "./events.ts";

const fetched: VerifierEvent = { type: "keys_fetched", keys: 1 };
const changed: VerifierEvent = { type: "keys_changed", kids: ["key-1"] };

test("tells of the type that was asked for, or of everything", () => {
  const { on, emit } = createEventTarget();
  const heard: unknown[] = [];
  on("keys_changed", ({ kids }) => heard.push(kids));
  on("*", ({ type }) => heard.push(type));
  emit(fetched);
  emit(changed);
  expect(heard).toEqual(["keys_fetched", ["key-1"], "keys_changed"]);
});

test("tells no more to who has ended it, and goes on for others, even with the same function", () => {
  const { on, emit } = createEventTarget();
  let calls = 0;
  const listener = () => {
    calls += 1;
  };
  const end = on("keys_fetched", listener);
  on("keys_fetched", listener);
  emit(fetched);
  expect(calls).toBe(2);
  end();
  end();
  emit(fetched);
  expect(calls).toBe(3);
});

test("a listener that throws, or ends itself, keeps nothing from the next", () => {
  const { on, emit } = createEventTarget();
  let calls = 0;
  on("keys_fetched", () => {
    throw new Error("the log is full");
  });
  const end = on("keys_fetched", () => end());
  on("keys_fetched", () => {
    calls += 1;
  });
  emit(fetched);
  emit(fetched);
  expect(calls).toBe(2);
});
