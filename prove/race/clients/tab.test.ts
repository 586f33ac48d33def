import { expect, it } from "vitest";
import type { RaceNode } from "../node/race-node.ts";
import { createRandom } from "../random.ts";
import type { Presentation, Presented } from "./presenter.ts";
import { createStorage } from "./storage.ts";
import { type KeyHabit, refreshInTab } from "./tab.ts";

const token = (generation: number) => ({ text: `token-${generation}`, generation });

/** One tab, whose requests come to what is said, one after the other. */
async function openTab(outcomes: readonly Presented[], { keyHabit = "shared" as KeyHabit, givesUp = 0 } = {}) {
  const storage = createStorage(token(1));
  const sent: Presentation[] = [];
  const left = [...outcomes];
  const presenter = {
    async present(presentation: Presentation): Promise<Presented> {
      sent.push(presentation);
      return left.shift() ?? { kind: "trouble" };
    },
  };
  const chooseNode = () => ({ index: 0 }) as RaceNode;
  const contest = { grant: 1, clientId: "swift", overlap: 2 };
  const deps = { presenter, random: createRandom(1), chooseNode };
  await refreshInTab(deps, { contest, storage, keyHabit, givesUp, slowestMs: 10 });
  return { storage, sent };
}

it("retries under the key that it stored before the first request, until it has an answer", async () => {
  const answer = { kind: "answer", token: token(2) } as const;
  const { storage, sent } = await openTab([{ kind: "trouble" }, { kind: "trouble" }, answer]);
  expect(storage.token).toEqual(token(2));
  expect(sent).toHaveLength(3);
  expect(new Set(sent.map(({ key }) => key)).size).toBe(1);
  expect(sent[0]?.key).toMatch(/^[0-9a-f-]{36}$/);
  expect(storage.pendingKey(), "the key goes with its attempt").not.toBe(sent[0]?.key);
});

it("leaves the pending key in the storage when it gives up: whoever comes next needs it", async () => {
  const { storage, sent } = await openTab([{ kind: "trouble" }], { givesUp: 1 });
  expect(sent).toHaveLength(1);
  expect(storage.pendingKey()).toBe(sent[0]?.key);
});

it("sends a key of its own, or none, where that is its habit", async () => {
  const answer = { kind: "answer", token: token(2) } as const;
  const own = await openTab([answer], { keyHabit: "own" });
  expect(own.sent[0]?.key).toMatch(/^[0-9a-f-]{36}$/);
  const none = await openTab([answer], { keyHabit: "none" });
  expect(none.sent[0]?.key).toBeNull();
});

it("ends the session on a refusal of what is stored, and on nothing else", async () => {
  const { storage } = await openTab([{ kind: "trouble" }, { kind: "refusal", reason: "session_revoked" }]);
  expect(storage.ended).toBe("session_revoked");
});

it("keeps the higher generation, whichever answer comes last", () => {
  const storage = createStorage(token(1));
  storage.commit(token(3));
  storage.commit(token(2));
  expect(storage.token).toEqual(token(3));
});
