import type { AccessTokenClaims } from "@holdfast/protocol";
import { isUuid } from "../crypto/uuid.ts";
import type { Keys } from "../keys/index.ts";

/** What a text that was presented as a token turned out to be. */
export type ReadToken =
  | { readonly kind: "access"; readonly claims: AccessTokenClaims }
  /** A JWT of ours that is something else. */
  | { readonly kind: "other" }
  | { readonly kind: "unknown" };

export interface AccessTokenReader {
  /**
   * Whether we have issued this as an access token; its times are for the caller to judge.
   *
   * @throws whatever the database does
   */
  read(token: string): Promise<ReadToken>;
}

export function createAccessTokenReader({ issuer, keys }: { readonly issuer: string; readonly keys: Keys }) {
  const reader: AccessTokenReader = {
    async read(token) {
      const jwt = await keys.read(token);
      if (!jwt) return { kind: "unknown" };
      // One key signs several kinds of token: only `typ` says which this is (RFC 8725, section 3.11).
      const isAccess = jwt.type === "at+jwt" && jwt.claims.iss === issuer && isComplete(jwt.claims);
      return isAccess ? { kind: "access", claims: jwt.claims as unknown as AccessTokenClaims } : { kind: "other" };
    },
  };
  return reader;
}

/** What we rely on; the rest stands in every token that we sign. */
function isComplete({ exp, grant_id, sid, client_id }: Readonly<Record<string, unknown>>): boolean {
  const ids = [grant_id, sid].every((id) => typeof id === "string" && isUuid(id));
  return ids && typeof exp === "number" && typeof client_id === "string";
}
