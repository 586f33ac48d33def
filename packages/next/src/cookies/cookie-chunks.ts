import type { CookieWrite, RequestCookie } from "./cookie-header.ts";

/** A cookie with its name and attributes must stay below 4,096 bytes (RFC 6265bis, section 5.6). */
const chunkCharacters = 3_800;
/** Servers take some 16 KB of headers. */
const mostChunks = 3;

/** A text did not fit into the cookies that a browser and a server would carry. */
export class CookieTooLargeError extends Error {
  override readonly name = "CookieTooLargeError";
}

/**
 * Spreads a text over cookies `<name>.0`, `<name>.1` … The first says how many there are, so that one that was left
 * behind by a longer text before is not taken for a part of this one.
 *
 * @throws CookieTooLargeError
 */
export function formatChunks(name: string, text: string, maxAge: number): readonly CookieWrite[] {
  const count = Math.ceil(text.length / chunkCharacters);
  if (count > mostChunks) {
    throw new CookieTooLargeError(`${text.length} characters do not fit into ${mostChunks} cookies`);
  }
  return Array.from({ length: count }, (_, index) => {
    const part = text.slice(index * chunkCharacters, (index + 1) * chunkCharacters);
    return { name: `${name}.${index}`, value: index === 0 ? `${count}.${part}` : part, maxAge };
  });
}

/** Puts a text together again; null where a part is missing. */
export function parseChunks(name: string, cookies: readonly RequestCookie[]): string | null {
  const partOf = (index: number) => cookies.find((cookie) => cookie.name === `${name}.${index}`)?.value;
  const [, count, head] = /^([1-9])\.(.*)$/.exec(partOf(0) ?? "") ?? [];
  if (count === undefined || head === undefined || Number(count) > mostChunks) return null;
  const rest = Array.from({ length: Number(count) - 1 }, (_, index) => partOf(index + 1));
  return rest.every((part) => part !== undefined) ? [head, ...rest].join("") : null;
}
