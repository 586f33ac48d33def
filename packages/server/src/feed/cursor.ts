/**
 * A place in the log. Lines are ordered by the transaction that wrote them, then by their number: numbers alone are
 * given out before the commit, so a lower one may appear after a higher one was read.
 */
export interface Cursor {
  readonly transaction: bigint;
  readonly id: bigint;
}

/** Before every line. */
export const startOfLog: Cursor = { transaction: 0n, id: 0n };

export function formatCursor({ transaction, id }: Cursor): string {
  return `${transaction}-${id}`;
}

/** Reads a cursor; null when it is not one. */
export function parseCursor(text: string): Cursor | null {
  const [, transaction, id] = /^(\d{1,20})-(\d{1,20})$/.exec(text) ?? [];
  return transaction === undefined || id === undefined ? null : { transaction: BigInt(transaction), id: BigInt(id) };
}

export function isAfter(one: Cursor, other: Cursor): boolean {
  return one.transaction > other.transaction || (one.transaction === other.transaction && one.id > other.id);
}
