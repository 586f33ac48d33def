import type { Milliseconds } from "../env.ts";
import type { ReferenceApi } from "./reference-server/api.ts";
import type { RefreshRecord } from "./refresh-history.ts";

/**
 * What is at the other end of the network: the reference server, or the real engine.
 *
 * @example a Hono application
 * const server: VirtualServer = { handle: async (request, at) => { clock.set(at); return app.fetch(request); } };
 */
export interface VirtualServer {
  /**
   * Answers one request. `atWallTime` is the server's own clock, in milliseconds since the epoch. The promise may take
   * real time: virtual time stands still until it is settled.
   */
  handle(request: Request, atWallTime: Milliseconds): Promise<Response>;
  /** What the server knows for certain, for the world's invariants. */
  readonly facts?: ServerFacts;
}

/** A server that a script can reach behind: seat a person, end a session, play the thief, read what was decided. */
export interface ControlledServer extends VirtualServer {
  readonly facts: ServerFacts;
  /** The API that takes the access tokens. */
  readonly api: ReferenceApi;
  /** Every refresh that was judged. */
  readonly history: readonly RefreshRecord[];
  /** Who signs in next. */
  seat(person: string): void;
  /** What the server calls a person who has signed in: `user.userId` of a state, `sub` of a token. */
  userIdOf(person: string): string;
  /** The newest grant of a person; null where they never signed in. */
  newestGrantOf(person: string): NewestGrant | null;
  /** An account, beside their own, that the person may act for. */
  teamOf(person: string): Promise<string>;
  /** Ends a session at the server; nobody in the browser asked for it. */
  revoke(sid: string): Promise<void>;
  /** A thief presents a token of that generation. From now on alarms are right. */
  presentStolen(grant: NewestGrant, generation: number, at: Milliseconds): Promise<Response>;
}

export interface NewestGrant {
  readonly id: string;
  readonly sid: string;
  readonly generation: number;
}

export interface ServerFacts {
  /** Whether the session is over at the server, for whatever reason. */
  isOver(sid: string): boolean;
  /** What must never happen: a second lineage, a reuse alarm with no thief about, an answer for a session that is over. */
  readonly alarms: () => readonly string[];
}
