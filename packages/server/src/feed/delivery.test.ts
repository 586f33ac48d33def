import { expect, it } from "vitest";
import { encodeMessages } from "./delivery.ts";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

it("the cursor travels with the last message only", () => {
  const tick = { event: "tick", data: { server_time_ms: 5 } } as const;
  expect(text(encodeMessages([tick, tick], "1-2"))).toBe(
    'event: tick\ndata: {"server_time_ms":5}\n\nid: 1-2\nevent: tick\ndata: {"server_time_ms":5}\n\n',
  );
  expect(encodeMessages([])).toHaveLength(0);
});
