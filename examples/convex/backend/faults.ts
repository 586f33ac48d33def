import type { SyncServer } from "@holdfast/convex/testing";

/** What the page can break on purpose. */
export const faultNames = ["drop", "refuse", "refuse-all", "hold", "revoke"] as const;

export type FaultName = (typeof faultNames)[number];

export interface FaultsDeps {
  readonly convex: SyncServer;
  /** Ends a session as an operator does. */
  readonly revokeSession: (sid: string) => Promise<void>;
}

/** Milliseconds for which `hold` confirms no token. */
const HOLD_MS = 8_000;
/** Convex signs out when so many tokens are refused in a row. */
const CONVEX_GIVES_UP_AFTER = 3;

/** Each breaks one thing, for every tab, and says what it did. `sid` is the session of whoever asked for it. */
export function createFaults({
  convex,
  revokeSession,
}: FaultsDeps): Readonly<Record<FaultName, (sid: string) => string | Promise<string>>> {
  return {
    drop() {
      const sockets = count(convex.connections(), "socket");
      convex.disconnectAll();
      return `Cut ${sockets}.`;
    },
    refuse() {
      const connections = convex.connections();
      convex.refuseNext(connections);
      convex.expireAll();
      return `Said on ${count(connections, "connection")} that the token had run out, and refused the next one.`;
    },
    "refuse-all"() {
      const connections = convex.connections();
      convex.refuseNext(CONVEX_GIVES_UP_AFTER * connections);
      convex.expireAll();
      return "Refused three tokens in a row. Convex gave up, and is being signed in again.";
    },
    hold() {
      const release = convex.hold();
      setTimeout(release, HOLD_MS);
      convex.disconnectAll();
      return `Cut every socket, and confirms no token for ${HOLD_MS / 1_000} seconds.`;
    },
    async revoke(sid) {
      await revokeSession(sid);
      return "Revoked the session.";
    },
  };
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
