/** One fenced block of a page. */
export interface Snippet {
  /** The line its code begins on, from 1. */
  readonly line: number;
  /** How far the block is indented, as in a list; taken off the code. */
  readonly indent: number;
  readonly language: string;
  /** What stands behind the language: `title="app.ts" nocheck="needs a browser"`. */
  readonly meta: string;
  readonly code: string;
}

/**
 * Reads the fenced blocks of a Markdown page.
 *
 * @throws Error for a fence that is never closed
 */
export function extractSnippets(markdown: string): Snippet[] {
  const lines = markdown.split("\n");
  const snippets: Snippet[] = [];
  for (let index = 0; index < lines.length; index++) {
    const [, indent = "", fence, language = "", meta = ""] =
      /^( *)(`{3,}|~{3,})(\w*)(.*)$/.exec(lines[index] ?? "") ?? [];
    if (fence === undefined) continue;
    const end = lines.findIndex((line, at) => at > index && line.trim() === fence);
    if (end === -1) throw new Error(`line ${index + 1}: this fence is never closed`);
    const code = lines.slice(index + 1, end).map((line) => line.slice(indent.length));
    snippets.push({ line: index + 2, indent: indent.length, language, meta: meta.trim(), code: code.join("\n") });
    index = end;
  }
  return snippets;
}

/** The reason of `nocheck="…"`; undefined when the snippet is to be checked. */
export function nocheckReason({ meta }: Snippet): string | undefined {
  if (!/\bnocheck\b/.test(meta)) return undefined;
  const reason = /\bnocheck="([^"]+)"/.exec(meta)?.[1];
  if (reason === undefined) throw new Error('`nocheck` needs a reason: nocheck="…"');
  return reason;
}
