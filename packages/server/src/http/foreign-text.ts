/**
 * Somebody else's words, fit for our log: PostgreSQL takes neither a NUL nor half a character, a terminal no escapes.
 *
 * @param longest characters at most
 */
export function toForeignText(text: string, longest: number): string {
  return text
    .replaceAll(/\p{Cc}+/gu, " ")
    .slice(0, longest)
    .toWellFormed();
}
