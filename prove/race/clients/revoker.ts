import { setTimeout as delay } from "node:timers/promises";
import type { HistoryWriter } from "../history/writer.ts";
import type { Started } from "../node/protocol.ts";
import type { RaceNode } from "../node/race-node.ts";
import type { Wire } from "./wire.ts";

/** Ends sessions, by whatever node, and insists until it is acknowledged. */
export interface Revoker {
  end(grant: number, session: Started, how: "revoked" | "signed out"): Promise<void>;
}

export interface RevokerDeps {
  readonly wire: Wire;
  readonly history: HistoryWriter;
  readonly now: () => number;
  readonly chooseNode: () => RaceNode;
}

const pauseMs = 40;

export function createRevoker({ wire, history, now, chooseNode }: RevokerDeps): Revoker {
  async function isAcknowledged(session: Started, how: "revoked" | "signed out"): Promise<boolean> {
    const node = chooseNode();
    try {
      if (how === "revoked") {
        await node.perform({ do: "revoke", session: session.session });
        return true;
      }
      const { status, body } = await wire.signOut(node.port, session.cookie);
      return status === 200 && body.signed_out === true;
    } catch {
      return false;
    }
  }

  return {
    async end(grant, session, how) {
      history.write({ kind: "revoke", grant, at: now(), how });
      while (!(await isAcknowledged(session, how))) await delay(pauseMs);
      history.write({ kind: "revoked", grant, at: now(), how });
    },
  };
}
