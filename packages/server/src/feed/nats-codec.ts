import type { KeyRing } from "../crypto/key-ring.ts";
import { formatCursor, parseCursor } from "./cursor.ts";
import type { FeedEntry, News } from "./entry.ts";

/** A line as it travels: JSON that anybody may read, and the proof that one of our nodes wrote it. */
export interface CarriedLine {
  readonly body: Uint8Array;
  /** For the header `Holdfast-Tag`. */
  readonly tag: string;
}

export interface NatsCodec {
  encode(entry: FeedEntry): CarriedLine;
  /** The line; null for one that no node of this instance wrote, or a newer one that we do not know. */
  decode(line: CarriedLine): FeedEntry | null;
}

interface CarriedEntry {
  readonly cursor: string;
  readonly at: number;
  readonly event: News["event"];
  readonly data: News["data"];
  readonly reason?: string | undefined;
}

const known: readonly string[] = ["revoked", "claims_changed", "keys_changed"] satisfies News["event"][];

/**
 * Whoever may publish to the stream could otherwise sign people out, so every line carries a tag by the server's secret,
 * which also keeps instances apart that were given the same stream by mistake.
 */
export function createNatsCodec({
  keyRing,
  issuer,
}: {
  readonly keyRing: KeyRing;
  readonly issuer: string;
}): NatsCodec {
  const purpose = `feed:${issuer}`;
  return {
    encode({ cursor, at, message: { event, data }, reason }) {
      const carried: CarriedEntry = { cursor: formatCursor(cursor), at, event, data, reason };
      const body = Buffer.from(JSON.stringify(carried));
      const tag = Buffer.concat([Buffer.of(keyRing.keyId), keyRing.tag(body, purpose)]).toString("base64url");
      return { body, tag };
    },
    decode({ body, tag }) {
      const [keyId = 0, ...proof] = Buffer.from(tag, "base64url");
      if (!keyRing.isTag(Buffer.from(proof), keyId, body, purpose)) return null;
      const { cursor: place, at, event, data, reason } = JSON.parse(Buffer.from(body).toString()) as CarriedEntry;
      const cursor = parseCursor(place);
      return cursor && known.includes(event) ? { cursor, at, message: { event, data } as News, reason } : null;
    },
  };
}
