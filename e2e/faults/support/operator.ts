import { type ConfigInput, createHoldfast, type Holdfast, parseConfig } from "@holdfast/server";
import { createLogger } from "../../../packages/server/src/logging/logger.ts";
import { clientId } from "./fault-config.ts";
import type { FaultDatabase } from "./fault-database.ts";

/** A session that somebody has, with its first tokens. */
export interface MadeSession {
  readonly sid: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  /** The session cookie, as its browser would send it. */
  readonly cookie: string;
}

/** Whoever works on the database beside the nodes, as the command line does: serves nobody, and does nothing unasked. */
export interface Operator {
  readonly holdfast: Holdfast;
  createSession(): Promise<MadeSession>;
  createSessions(count: number): Promise<MadeSession[]>;
  close(): Promise<void>;
}

// Fewer than there are connections in a pool.
const atOnce = 8;
const source = { requestId: "operator", address: null, userAgent: "the operator" };
const profile = {
  issuer: "urn:faults",
  provider: "faults",
  name: "Ada",
  emailVerified: true,
  picture: null,
};

export async function createOperator(database: FaultDatabase, config: ConfigInput): Promise<Operator> {
  const holdfast = await createHoldfast(parseConfig(config, { mode: "production" }), {
    connection: database.connection,
    logger: createLogger({ level: "silent" }),
    background: false,
  });
  let people = 0;

  async function createSession(): Promise<MadeSession> {
    const email = `person-${++people}@example.com`;
    const client = holdfast.clients.choose(clientId);
    const { session, cookie } = await holdfast.admission.admit({ ...profile, subject: email, email }, null, source);
    const [account] = (await holdfast.admission.memberships(session)).memberships;
    if (!account) throw new Error("everybody has an account");
    const { subject, refreshToken } = await holdfast.admission.enter({
      client,
      session,
      accountId: account.id,
      source,
    });
    const { access_token } = await holdfast.grants.issue(client, subject);
    return { sid: session.id, accessToken: access_token, refreshToken, cookie: `holdfast_session=${cookie}` };
  }

  return {
    holdfast,
    createSession,
    async createSessions(count) {
      const made: MadeSession[] = [];
      while (made.length < count) {
        const next = Math.min(atOnce, count - made.length);
        made.push(...(await Promise.all(Array.from({ length: next }, createSession))));
      }
      return made;
    },
    close: () => holdfast.close(),
  };
}
