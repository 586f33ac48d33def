import type { Milliseconds } from "../env.ts";

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

export interface ServerFacts {
  /** Whether the session is over at the server, for whatever reason. */
  isOver(sid: string): boolean;
  /** What must never happen: a second lineage, a reuse alarm with no thief about, an answer for a session that is over. */
  readonly alarms: () => readonly string[];
}
