/**
 * What can be broken on purpose. A harness that finds nothing in a broken server proves nothing about a whole one.
 * Each replaces a part of what this process sends to PostgreSQL, or of its configuration; the server's own code has no
 * switch for any of it.
 */
export const breakages = {
  "row-lock": "the statement does not lock the row that it judges",
  revoked: "a revoked grant is judged as if it were not",
  replayed: "a retry under its key is not known again",
  overlapped: "there is no overlap",
  reused: "a replay is answered with the current generation, however late",
  event: "one event in a hundred is not written",
  commit: "a commit is acknowledged before it is on disk",
  "same-secret": "the second node writes its tokens with another secret than the first",
} as const;

export type Breakage = keyof typeof breakages;

export function isBreakage(name: string): name is Breakage {
  return Object.hasOwn(breakages, name);
}

const replacements: Partial<Record<Breakage, readonly [RegExp, string]>> = {
  "row-lock": [/\bfor update of g\b/g, ""],
  revoked: [/when revoked_at is not null then 'revoked'/g, "when false then 'revoked'"],
  replayed: [/then 'replayed'/g, "and false then 'replayed'"],
  overlapped: [/then 'overlapped'/g, "and false then 'overlapped'"],
  reused: [/else 'reused'/g, "else 'overlapped'"],
  event: [/(from judged j)(\s+union all)/g, "$1 where random() < 0.99$2"],
};

/** Breaks the statement that judges. @throws Error when there is nothing to break: the statement has another form now */
export function breakStatement(text: string, breakage: Breakage | null): string {
  const replacement = breakage && replacements[breakage];
  if (!replacement) return text;
  const [pattern, by] = replacement;
  const broken = text.replaceAll(pattern, by);
  if (broken === text) throw new Error(`the statement cannot be broken with "${breakage}": ${pattern} is not in it`);
  return broken;
}
