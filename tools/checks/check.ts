/** One of the things `npm run check` looks at. */
export interface Check {
  /** Short, and what `npm run check -- <name>` calls it. */
  name: string;
  run(root: string): Promise<Verdict>;
}

export interface Verdict {
  ok: boolean;
  /** What to show when it is not ok, and a few words otherwise. */
  output: string;
}
