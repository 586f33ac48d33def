import { takeRandom } from "./random.ts";

const largestCount = 0xfff;
// What the ids of one millisecond are told apart by, beside chance.
const counter = { now: Number.NaN, count: 0 };

/**
 * A UUID of version 7 (RFC 9562, section 5.7): 48 bits of time, 12 that count on within one millisecond (section 6.2,
 * method 1), then randomness. Time-ordered, so that an index stays local and the later of two is the newer.
 *
 * @param now milliseconds since 1970-01-01T00:00:00Z
 */
export function uuidv7(now: number): string {
  const bytes = takeRandom(16);
  bytes.writeUIntBE(now, 0, 6);
  bytes.writeUInt16BE(0x7000 | countOn(now, bytes.readUInt16BE(6)), 6);
  bytes[8] = 0x80 | (bytes.readUInt8(8) & 0x3f);
  return formatUuid(bytes);
}

/** One more than the last of this millisecond; of a new one, chance, which leaves room to count. */
function countOn(now: number, chance: number): number {
  const count = counter.now === now ? Math.min(counter.count + 1, largestCount) : chance & (largestCount >> 1);
  Object.assign(counter, { now, count });
  return count;
}

/** The text form of 16 bytes. */
export function formatUuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, 16).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The 16 bytes of a UUID's text form. */
export function parseUuid(text: string): Buffer {
  return Buffer.from(text.replaceAll("-", ""), "hex");
}

/** Whether the text is a UUID in the canonical form. */
export function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(text);
}
