/** A page's front matter and body. */
export interface Page {
  readonly title: string;
  readonly description: string;
  /** The deepest heading in the table of contents. Default: 3. */
  readonly contentsDepth?: 2 | 3;
  readonly body: readonly string[];
}

/** Writes a page that says it is generated. Blocks are separated by an empty line. */
export function formatPage({ title, description, contentsDepth = 3, body }: Page): string {
  const head = [
    "---",
    "# Made from the code by apps/docs/reference/generate.ts: change it there.",
    `title: ${JSON.stringify(title)}`,
    `description: ${JSON.stringify(description)}`,
    `tableOfContents: { maxHeadingLevel: ${contentsDepth} }`,
    "---",
  ].join("\n");
  return `${[head, ...body].join("\n\n")}\n`;
}

/** A table. */
export function formatTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(inCell).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

export function code(text: string): string {
  return `\`${text}\``;
}

function inCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}
