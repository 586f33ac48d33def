import { describe, expect, it } from "vitest";
import { createReplayEncoder, encodeMessages } from "./delivery.ts";
import type { FeedEntry } from "./entry.ts";

function entry(id: bigint, digest = `digest-${id}`): FeedEntry {
  const message = { event: "revoked", data: { subject: "session", digest, at_ms: 1 } } as const;
  return { cursor: { transaction: 1n, id }, at: 1, message };
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const linesOf = (entries: readonly FeedEntry[]) => text(encodeMessages(entries.map(({ message }) => message)));

describe("a replay", () => {
  it("is the lines from one on, whole, also where characters take several bytes", () => {
    const held = [entry(1n), entry(2n, "zwölf 🦊"), entry(3n)];
    const encode = createReplayEncoder({ held, revision: 1 });
    for (let first = 0; first <= 3; first++) expect(text(encode(first))).toBe(linesOf(held.slice(first)));
    expect(encode(99)).toHaveLength(0);
  });

  it("is the same memory for all who come, from whichever line: a thousand who do not read hold it once", () => {
    const held = Array.from({ length: 100 }, (_, id) => entry(BigInt(id)));
    const encode = createReplayEncoder({ held, revision: 1 });
    const replays = Array.from({ length: 100 }, (_, first) => encode(first));
    expect(new Set(replays.map(({ buffer }) => buffer)).size).toBe(1);
  });

  it("has what came since, once the tail has changed", () => {
    const held = [entry(1n)];
    const tail = { held, revision: 1 };
    const encode = createReplayEncoder(tail);
    expect(text(encode(0))).toBe(linesOf(held));
    held.push(entry(2n));
    tail.revision = 2;
    expect(text(encode(0))).toBe(linesOf(held));
  });
});

it("the cursor travels with the last message only", () => {
  const tick = { event: "tick", data: { server_time_ms: 5 } } as const;
  expect(text(encodeMessages([tick, tick], "1-2"))).toBe(
    'event: tick\ndata: {"server_time_ms":5}\n\nid: 1-2\nevent: tick\ndata: {"server_time_ms":5}\n\n',
  );
  expect(encodeMessages([])).toHaveLength(0);
});
