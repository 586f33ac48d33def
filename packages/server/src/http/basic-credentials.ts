/** Who somebody says they are, and the secret that is to prove it. */
export interface BasicCredentials {
  readonly id: string;
  readonly secret: string;
}

/**
 * Reads an Authorization header of Basic authentication, each half form-encoded (RFC 7617; RFC 6749, section 2.3.1);
 * null when it is absent or not one.
 */
export function parseBasicCredentials(header: string | undefined): BasicCredentials | null {
  const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 1) return null;
  return { id: decodeForm(text.slice(0, colon)), secret: decodeForm(text.slice(colon + 1)) };
}

/** `application/x-www-form-urlencoded` of one value. */
function decodeForm(value: string): string {
  return new URLSearchParams(`v=${value.replaceAll("&", "%26")}`).get("v") ?? "";
}
