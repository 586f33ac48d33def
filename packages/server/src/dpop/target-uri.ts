const unreserved = /[A-Za-z0-9._~-]/;

/**
 * An address as `htu` is compared: without query and fragment, and normalized by syntax and scheme (RFC 9449, section
 * 4.3; RFC 3986, sections 6.2.2 and 6.2.3). Null for what is no address, or has a user in it.
 */
export function normalizeTarget(text: string): string | null {
  const address = URL.parse(text);
  if (!address || address.username + address.password !== "") return null;
  // The parser leaves percent-encodings as they are: `%7Euser` and `~user` are the same.
  const path = address.pathname.replaceAll(/%[0-9a-f]{2}/gi, (encoded) => {
    const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
    return unreserved.test(character) ? character : encoded.toUpperCase();
  });
  return address.origin + path;
}
