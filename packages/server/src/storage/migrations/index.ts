import { spine } from "./0001-spine.ts";

export interface Migration {
  /** Ordered, never reused. */
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** The one timeline of the schema, forward only. A migration that has shipped is never edited. */
export const migrations: readonly Migration[] = [{ version: 1, name: "spine", sql: spine }];
