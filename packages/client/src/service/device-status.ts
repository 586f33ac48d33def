import type { DeviceRecord, EndedRecord } from "./device-record.ts";
import { codeOf, type DeviceState } from "./device-state.ts";

export interface DeviceStatusDeps {
  /** Whether the access token in hand has not run out. */
  readonly isUsable: () => boolean;
  readonly onChange: () => void;
  /** Told once, of a session that was live here. */
  readonly onEnded: (ended: Pick<EndedRecord, "sid" | "reason">) => void;
}

/** What the world is shown of the record and the last attempt. */
export interface DeviceStatus {
  readonly state: DeviceState;
  showRecord(record: DeviceRecord | null): void;
  /** The last attempt failed. */
  showTrouble(): void;
  dispose(): void;
}

export function createDeviceStatus({ isUsable, onChange, onEnded }: DeviceStatusDeps): DeviceStatus {
  let state: DeviceState = { status: "initializing", isAuthenticated: false };

  function show(next: DeviceState): void {
    // The same object until something changes: whoever compares states compares objects.
    if (state.status === "disposed" || JSON.stringify(next) === JSON.stringify(state)) return;
    const wasLive = state.isAuthenticated;
    state = next;
    onChange();
    if (wasLive && next.status === "ended") onEnded({ sid: next.sid, reason: next.reason });
  }

  return {
    get state() {
      return state;
    },
    showRecord: (record) => show(stateOf(record, isUsable())),
    showTrouble() {
      if (state.isAuthenticated) show({ ...state, status: isUsable() ? "degraded" : "stale" });
    },
    dispose: () => show({ status: "disposed", isAuthenticated: false }),
  };
}

function stateOf(record: DeviceRecord | null, isUsable: boolean): DeviceState {
  switch (record?.kind) {
    case "signing_in":
      return { status: "signing_in", isAuthenticated: false, code: codeOf(record) };
    case "session":
      return { status: isUsable ? "active" : "stale", isAuthenticated: true, sid: record.sid };
    case "ended":
      return { status: "ended", isAuthenticated: false, sid: record.sid, reason: record.reason };
    default:
      return { status: "anonymous", isAuthenticated: false };
  }
}
