import { describe, expect, it } from "vitest";
import { createManualClock } from "../clock/clock.ts";
import type { Database } from "../storage/database.ts";
import { type FeedEntry, keyOf } from "./entry.ts";
import { createTail } from "./tail.ts";

interface Row {
  readonly transaction: number;
  readonly session: string;
}

/** A log as the feed's statement sees it: lines, and the first transaction that is still open. */
function createTestTail() {
  const clock = createManualClock();
  const log = { rows: [] as Row[], safe: 1, reads: 0 };
  const passed: FeedEntry[] = [];
  const rowOf = ({ transaction, session }: Row) => ({
    id: "1",
    transaction_id: String(transaction),
    at: new Date(clock.now()),
    type: "session.revoked",
    session_id: session,
    safe_transaction: String(log.safe),
  });
  const database = {
    async execute(_: string, [transaction, id]: [string, string]) {
      log.reads += 1;
      const after = log.rows.filter(
        (row) => row.transaction > Number(transaction) || (row.transaction === Number(transaction) && id === "0"),
      );
      const rows = after.sort((one, other) => one.transaction - other.transaction).map(rowOf);
      return rows.length > 0 ? rows : [{ id: null, safe_transaction: String(log.safe) }];
    },
  } as unknown as Database;
  const tail = createTail({ database, clock, horizon: 600, onEntries: (entries) => passed.push(...entries) });
  return { tail, clock, log, passed, placesPassed: () => passed.map(({ cursor }) => Number(cursor.transaction)) };
}

function entryOf(clock: { now(): number }, transaction: number): FeedEntry {
  const data = { subject: "session", digest: `digest-${transaction}`, at_ms: clock.now() } as const;
  return { cursor: { transaction: BigInt(transaction), id: 1n }, at: clock.now(), message: { event: "revoked", data } };
}

describe("lines that another node has read", () => {
  it("are passed on at once, in their place, and once", async () => {
    const { tail, clock, placesPassed } = createTestTail();
    await tail.readOn();
    tail.accept([entryOf(clock, 7), entryOf(clock, 5)]);
    tail.accept([entryOf(clock, 5), entryOf(clock, 6)]);
    expect(placesPassed()).toEqual([7, 5, 6]);
    expect(tail.held.map(({ cursor }) => Number(cursor.transaction))).toEqual([5, 6, 7]);
  });

  it("do not move the place from which the log is read", async () => {
    const { tail, clock, log, placesPassed } = createTestTail();
    await tail.readOn();
    tail.accept([entryOf(clock, 7)]);
    log.rows.push({ transaction: 3, session: "three" });
    log.safe = 8;
    await tail.readOn();
    expect(placesPassed()).toEqual([7, 3]);
    expect(tail.resumeFrom.transaction).toBe(7n);
  });

  it("change nothing when the log was read beyond them, or they are older than any living token", async () => {
    const { tail, clock, log, passed } = createTestTail();
    const old = entryOf(clock, 50);
    clock.advance(600_001);
    log.safe = 9;
    await tail.readOn();
    tail.accept([entryOf(clock, 8), old]);
    expect(passed).toEqual([]);
  });
});

describe("a standby that was promoted before it heard the end", () => {
  async function promote() {
    const test = createTestTail();
    const { tail, log } = test;
    log.rows.push({ transaction: 10, session: "kept" }, { transaction: 12, session: "lost" });
    log.safe = 13;
    await tail.readOn();
    log.rows = [
      { transaction: 10, session: "kept" },
      { transaction: 12, session: "other" },
    ];
    log.safe = 12;
    await tail.readOn();
    return test;
  }

  it("hides nothing: the numbers it gives out again are read again", async () => {
    const { passed, placesPassed } = await promote();
    expect(placesPassed()).toEqual([10, 12, 12]);
    expect(new Set(passed.map(keyOf)).size).toBe(3);
  });

  it("leads to a resync for whoever stands in between, and for nobody else", async () => {
    const { tail, log } = await promote();
    const isKnown = (transaction: bigint) => tail.replay({ safe: { transaction, id: 5n }, ahead: null }).isComplete;
    expect([10n, 12n].map(isKnown)).toEqual([true, false]);
    log.rows.push({ transaction: 20, session: "later" });
    log.safe = 21;
    await tail.readOn();
    expect([10n, 12n, 20n].map(isKnown)).toEqual([true, false, true]);
  });
});
