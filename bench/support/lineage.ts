/**
 * Grants by number: their ids and handles follow from it, here and in the database alike, so that millions of them are
 * written without one passing through Node, and their first refresh tokens are known to whoever puts on load.
 */
import { createHash } from "node:crypto";
import { createKeyRing } from "../../packages/server/src/crypto/key-ring.ts";
import { formatRefreshToken } from "../../packages/server/src/grants/refresh-token.ts";

/** The server's secret in all benches. */
export const benchSecret = createHash("sha256").update("bench").digest("base64");

/** The client that every grant is of. */
export const benchClient = "bench";

// The time in the ids (UUIDv7): the one after another in the order of their numbers, as they are in life.
const epoch = Date.UTC(2026, 0, 1);

/** The id of something by its number. */
function idOf(kind: string, index: number): string {
  const time = (epoch + index).toString(16).padStart(12, "0");
  const rest = createHash("md5").update(`${kind} ${index}`).digest("hex");
  const hex = `${time}7${rest.slice(0, 3)}8${rest.slice(3, 18)}`;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** The same in SQL, of the number in column `i`. */
export function idInSql(kind: string, number = "i"): string {
  const rest = `md5('${kind} ' || ${number})`;
  return `(lpad(to_hex(${epoch} + ${number}), 12, '0') || '7' || left(${rest}, 3) || '8' || substr(${rest}, 4, 15))::uuid`;
}

/** What the database stores of a grant's handle. */
export const handleHashInSql = "sha256(substr(sha256(convert_to('handle ' || i, 'UTF8')), 1, 16))";

/** A grant's first refresh token. */
export function firstTokenOf(index: number): string {
  const handle = createHash("sha256").update(`handle ${index}`).digest().subarray(0, 16);
  return formatRefreshToken(keyRing, { grantId: idOf("grant", index), handle, generation: 1 });
}

const keyRing = createKeyRing([Buffer.from(benchSecret, "base64")]);
