import type { Clock } from "../clock/clock.ts";
import type { KeyRing } from "../crypto/key-ring.ts";

const purpose = "dpop-nonce";
/** Where each part begins. */
const layout = { keyId: 0, issuedAt: 1, tag: 5, end: 21 } as const;

/**
 * Nonces that the server has made (RFC 9449, section 8). Nothing is stored: each says when it was made, under a tag of
 * the server's secret, so that every node knows those of all others.
 */
export interface Nonces {
  issue(): string;
  /** Milliseconds since a nonce was made, by the instance's clock; null for what is none of ours. */
  ageOf(nonce: string): number | null;
}

export interface NoncesDeps {
  readonly clock: Clock;
  readonly keyRing: KeyRing;
}

/** Makes nonces: base64url of key id 1 B ‖ seconds since 1970 4 B ‖ tag 16 B. */
export function createNonces({ clock, keyRing }: NoncesDeps): Nonces {
  return {
    issue() {
      const bytes = Buffer.allocUnsafe(layout.end);
      bytes[layout.keyId] = keyRing.keyId;
      bytes.writeUInt32BE(Math.floor(clock.now() / 1000), layout.issuedAt);
      keyRing.tag(bytes.subarray(layout.issuedAt, layout.tag), purpose).copy(bytes, layout.tag);
      return bytes.toString("base64url");
    },
    ageOf(nonce) {
      const bytes = Buffer.from(nonce, "base64url");
      if (bytes.length !== layout.end || bytes.toString("base64url") !== nonce) return null;
      const issuedAt = bytes.subarray(layout.issuedAt, layout.tag);
      if (!keyRing.isTag(bytes.subarray(layout.tag), bytes.readUInt8(layout.keyId), issuedAt, purpose)) return null;
      return clock.now() - issuedAt.readUInt32BE() * 1000;
    },
  };
}
