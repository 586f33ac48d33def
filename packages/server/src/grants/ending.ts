import type { RevokedReason } from "@holdfast/protocol";
import type { Clock } from "../clock/clock.ts";
import type { Events } from "../events/index.ts";
import type { Database, Queries } from "../storage/database.ts";
import { type EndedGrant, endGrants, findLiveGrants, type GrantSelection, type ManyGrants } from "./ending-store.ts";

/** Whose word it was that ended something; what is told of it later. */
export interface EndOrigin {
  /** Default: nobody's request. `cli` is the command line. */
  readonly requestId?: string | undefined;
  /** The service that asked for it. */
  readonly service?: string | undefined;
  /** What made us end it a second time. */
  readonly cause?: "failover" | undefined;
}

/** The request id of what the command line does: nobody outside can choose it. */
export const commandLine: EndOrigin = { requestId: "cli" };

export interface EndingDeps {
  readonly database: Database;
  readonly events: Events;
  readonly clock: Clock;
}

export interface GrantEndings {
  /** Ends grants, in the caller's transaction, with an event each. Answers with those that were live. */
  end(queries: Queries, selection: GrantSelection, reason: RevokedReason, origin?: EndOrigin): Promise<EndedGrant[]>;
  /** Ends one grant, in a transaction of its own. False when it had ended before, or there is none. */
  endOne(id: string, reason: RevokedReason, origin?: EndOrigin): Promise<boolean>;
  /** Ends these grants as `endAll` does; says how many were live. */
  endEach(ids: readonly string[], reason: RevokedReason, origin?: EndOrigin): Promise<number>;
  /**
   * Ends every grant of an account or a client that there is now, and says how many were live. In chunks: each commits
   * with its events, and whoever refreshes waits for one at most. Broken off, it is simply begun again.
   */
  endAll(selection: ManyGrants, reason: RevokedReason, origin?: EndOrigin): Promise<number>;
}

type Listed = Extract<GrantSelection, { readonly ids: readonly string[] }>;

// A chunk holds its rows for some 20 ms; see `ending-pace.test.ts`.
const chunkSize = 250;

export function createEnding({ database, events, clock }: EndingDeps): GrantEndings {
  async function end(queries: Queries, selection: GrantSelection, reason: RevokedReason, origin: EndOrigin = {}) {
    const ended = await endGrants(queries, selection, reason, new Date(clock.now()));
    if (ended.length > 0) {
      await events.append(queries, ...ended.map((grant) => grantRevoked(grant, reason, origin)));
    }
    return ended;
  }

  async function endAtOnce(selection: GrantSelection, reason: RevokedReason, origin?: EndOrigin): Promise<number> {
    const { length } = await database.urgent.transaction((tx) => end(tx, selection, reason, origin));
    if (length > 0) events.announce();
    return length;
  }

  async function endChunks({ ids, accountId }: Listed, reason: RevokedReason, origin?: EndOrigin): Promise<number> {
    let ended = 0;
    for (let first = 0; first < ids.length; first += chunkSize) {
      ended += await endAtOnce({ ids: ids.slice(first, first + chunkSize), accountId }, reason, origin);
    }
    return ended;
  }

  return {
    end,
    endEach: (ids, reason, origin) => endChunks({ ids }, reason, origin),
    endOne: async (id, reason, origin) => (await endAtOnce({ id }, reason, origin)) > 0,
    async endAll(selection, reason, origin) {
      // Whoever has switched to another account since they were found goes on there.
      const accountId = "accountId" in selection ? selection.accountId : undefined;
      let ended = 0;
      for await (const ids of findLiveGrants(database.urgent.queries, selection)) {
        ended += await endChunks({ ids, accountId }, reason, origin);
      }
      return ended;
    },
  };
}

function grantRevoked(grant: EndedGrant, reason: RevokedReason, { requestId, service, cause }: EndOrigin) {
  return {
    type: "grant.revoked" as const,
    sessionId: grant.session_id,
    grantId: grant.id,
    userId: grant.user_id,
    accountId: grant.account_id,
    clientId: grant.client_id,
    requestId,
    data: endingData(reason, { service, cause }),
  };
}

/** What an end's event says beside the ids. */
export function endingData(reason: RevokedReason, { service, cause }: EndOrigin) {
  return { reason, ...(service === undefined ? {} : { service }), ...(cause === undefined ? {} : { cause }) };
}
