import { randomFillSync } from "node:crypto";

// Drawn from the system for many at a time: asking it costs more than what it gives.
const drawn = Buffer.alloc(4_096);
let given = drawn.length;

/** Random bytes, 1,024 at most. Nobody else is ever given the same ones. */
export function takeRandom(length: number): Buffer {
  if (given + length > drawn.length) {
    randomFillSync(drawn);
    given = 0;
  }
  const taken = Buffer.from(drawn.subarray(given, given + length));
  drawn.fill(0, given, given + length);
  given += length;
  return taken;
}
