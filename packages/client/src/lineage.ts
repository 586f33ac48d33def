/** One sign-in, as a client has it: the session, and the client's grant under it. */
export interface Grant {
  readonly sid: string;
  /** The grant's id. These begin with the time of their making, so that of two the greater is the newer. */
  readonly grant: string;
}

/** Where a credential stands: its grant, and how often that was refreshed. */
export interface Lineage extends Grant {
  readonly generation: number;
}

/** Whether the first replaces the second: a newer sign-in, or a later generation of the same. */
export function isNewer(one: Lineage | null, other: Lineage | null): boolean {
  if (!one || !other) return one !== null;
  return one.grant === other.grant ? one.generation > other.generation : one.grant > other.grant;
}
