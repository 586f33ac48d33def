const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * The one or two letters that stand for a name where others show a picture: we load no third party's images, so that
 * nobody learns who is signing in here (security.md, A16). Of an e-mail address only the part before the `@` counts.
 */
export function initials(name: string): string {
  const words = wordsOf(name);
  const last = words.length > 1 ? words.at(-1) : undefined;
  return initial(name) + (last === undefined ? "" : firstLetter(last));
}

/** The single letter that stands for a provider. */
export function initial(name: string): string {
  const first = wordsOf(name)[0];
  return first === undefined ? "?" : firstLetter(first);
}

function wordsOf(name: string): string[] {
  const local = name.split("@")[0] ?? "";
  return local
    .split(/\s+/u)
    .map((word) => word.replace(/^[^\p{L}\p{N}\p{Emoji}]+/u, ""))
    .filter((word) => word !== "");
}

function firstLetter(word: string): string {
  for (const { segment } of graphemes.segment(word)) return segment.toUpperCase();
  return "";
}
