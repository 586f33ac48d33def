import { AuthError } from "../auth-error.ts";
import { type DeviceRecord, formatRecord, parseRecord, type RecordOwner } from "./device-record.ts";
import type { SessionStorage } from "./session-storage.ts";
import { createTurns } from "./turns.ts";

export interface DeviceBookDeps {
  readonly storage: SessionStorage;
  readonly owner: RecordOwner;
  /** Told what somebody should look at. */
  readonly onWarning: (warning: AuthError) => void;
}

/** What is to be written instead; the very record that was handed in (or null) where nothing is. */
export type Change = (current: DeviceRecord | null) => DeviceRecord | null;

/** The device's one record, in storage and, while that fails, in memory. */
export interface DeviceBook {
  /** @throws AuthError `storage_unavailable`, `config_error` */
  read(): Promise<DeviceRecord | null>;
  /**
   * Reads and writes with nobody in between. Answers with what stands there now.
   *
   * `lasting`: without having written it does not go on, and throws. `held`: what cannot be written is kept in memory and
   * written with the next change.
   *
   * @throws AuthError `storage_unavailable`, `config_error`
   */
  change(how: "lasting" | "held", change: Change): Promise<DeviceRecord | null>;
}

export function createDeviceBook({ storage, owner, onWarning }: DeviceBookDeps): DeviceBook {
  const takeTurn = createTurns();
  /** What could not be written yet. */
  let unwritten: DeviceRecord | null = null;
  let isDamageTold = false;

  async function load(): Promise<DeviceRecord | null> {
    const text = await storage.read().catch(failWith("read"));
    const parsed = text === null ? null : parseRecord(text, owner);
    if (parsed !== "damaged") return unwritten === null ? parsed : newerOf(unwritten, parsed);
    if (!isDamageTold) onWarning(unavailable("What the storage holds is damaged: the session in it is lost."));
    isDamageTold = true;
    return unwritten;
  }

  async function store(record: DeviceRecord): Promise<void> {
    await storage.write(formatRecord(record, owner)).catch(failWith("written"));
    unwritten = null;
  }

  async function changeNow(how: "lasting" | "held", change: Change): Promise<DeviceRecord | null> {
    const current = await load();
    const next = change(current);
    if (next === null || (next === current && unwritten === null)) return current;
    try {
      await store(next);
    } catch (error) {
      if (how === "lasting") throw error;
      unwritten = next;
      onWarning(error as AuthError);
    }
    return next;
  }

  const alone: <Result>(work: () => Promise<Result>) => Promise<Result> = (work) =>
    storage.exclusively ? storage.exclusively(work) : work();

  return {
    read: () => takeTurn(load),
    change: (how, change) => takeTurn(() => alone(() => changeNow(how, change))),
  };
}

/** Of what is in memory and what another process may have written since. */
function newerOf(unwritten: DeviceRecord, stored: DeviceRecord | null): DeviceRecord {
  if (stored === null || !("lineage" in stored) || !("lineage" in unwritten)) return unwritten;
  // Another sign-in, or the end of this one: it came later.
  if (stored.lineage !== unwritten.lineage || stored.kind === "ended" || unwritten.kind === "ended") {
    return unwritten.kind === "ended" && stored.lineage === unwritten.lineage ? unwritten : stored;
  }
  return stored.revision > unwritten.revision ? stored : unwritten;
}

function failWith(participle: "read" | "written"): (cause: unknown) => never {
  return (cause) => {
    throw unavailable(`The storage cannot be ${participle}.`, cause);
  };
}

/** Transient, for a full disk is emptied and a lost one mounted again. */
function unavailable(message: string, cause?: unknown): AuthError {
  return new AuthError("storage_unavailable", message, { kind: "transient", cause });
}
