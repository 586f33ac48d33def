/** Reading a JWT, for display. The signature is NOT checked here: that is the API's business, never the page's. */

export type Json = Readonly<Record<string, unknown>>;

export interface DecodedToken {
  readonly parts: readonly [header: string, payload: string, signature: string];
  readonly header: Json;
  readonly claims: Json;
  readonly signatureBytes: number;
}

/**
 * @param jwt in compact form (RFC 7515, section 7.1)
 * @returns null when it is not three base64url parts around two JSON objects
 */
export function decodeToken(jwt: string): DecodedToken | null {
  const [header, payload, signature, ...rest] = jwt.split(".");
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) return null;
  try {
    return {
      parts: [header, payload, signature],
      header: jsonObject(header),
      claims: jsonObject(payload),
      signatureBytes: bytes(signature).length,
    };
  } catch {
    return null;
  }
}

function jsonObject(part: string): Json {
  const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes(part)));
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new TypeError("Not a JSON object");
  return value as Json;
}

function bytes(base64url: string): Uint8Array {
  if (!/^[\w-]*$/.test(base64url)) throw new TypeError("Not base64url");
  const binary = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

/** A token short enough for one line, its signature's end included, so that two tokens can be told apart. */
export function abbreviate(jwt: string): string {
  return jwt.length <= 28 ? jwt : `${jwt.slice(0, 12)}…${jwt.slice(-8)}`;
}
