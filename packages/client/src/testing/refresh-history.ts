import type { Milliseconds } from "../env.ts";
import type { RefreshVerdict } from "./reference-server/verdict.ts";

/** What was decided about one refresh. */
export interface RefreshRecord {
  readonly at: Milliseconds;
  readonly verdict: RefreshVerdict | "deadline_passed" | "login_required";
  readonly sid: string | null;
  /** The generation presented, and the one answered or stood at. */
  readonly presented: number | null;
  readonly generation: number | null;
  readonly key: string | null;
}

/** What a server decided about refreshes, and what of it no honest client can have caused. */
export interface RefreshHistory {
  readonly records: readonly RefreshRecord[];
  readonly alarms: () => readonly string[];
  note(record: RefreshRecord): void;
  /** From now on alarms are right. */
  expectThief(): void;
}

const alarming: readonly RefreshRecord["verdict"][] = ["reused", "recovered", "malformed", "unknown"];

/** @param onRecord told of each, for a trace */
export function createRefreshHistory(onRecord: (record: RefreshRecord) => void = () => undefined): RefreshHistory {
  const records: RefreshRecord[] = [];
  const alarms: string[] = [];
  let isThiefAbout = false;
  return {
    records,
    alarms: () => alarms,
    note(record) {
      records.push(record);
      onRecord(record);
      if (isThiefAbout || !alarming.includes(record.verdict)) return;
      const { verdict, presented, sid, generation } = record;
      alarms.push(`${verdict}: generation ${presented} of ${sid}, which stands at ${generation}`);
    },
    expectThief() {
      isThiefAbout = true;
    },
  };
}
