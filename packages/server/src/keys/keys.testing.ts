import { randomBytes } from "node:crypto";
import { createLocalJWKSet, jwtVerify } from "jose";
import { inject } from "vitest";
import { createManualClock } from "../clock/clock.ts";
import { createKeyRing } from "../crypto/key-ring.ts";
import { createEvents } from "../events/index.ts";
import { createMetrics } from "../metrics/metrics.ts";
import { createDatabase } from "../storage/database.ts";
import { migrate } from "../storage/migrate.ts";
import { createKeys, type Keys } from "./index.ts";

export const minute = 60_000;
export const day = 86_400_000;

const keySettings = { rotateEvery: 30 * 86_400, publishAhead: 15 * 60, longestToken: 15 * 60 };

/** A schema for signing keys, and nodes that share it and a clock. */
export async function createKeyStore() {
  const schema = `keys_${randomBytes(6).toString("hex")}`;
  const clock = createManualClock();
  const secret = randomBytes(32);
  const failures: unknown[] = [];
  const onError = (error: unknown) => void failures.push(error);
  const database = createDatabase({ connection: inject("postgres"), schema, poolSize: 4, onError });
  await migrate(database);
  const events = createEvents({ database, clock, metrics: createMetrics(), onError });
  const nodes: Keys[] = [];

  return {
    schema,
    clock,
    secret,
    database,
    /** What went wrong in the background. */
    failures,
    /** Starts a node; by default with the first secret. */
    async startNode(secrets: readonly Uint8Array[] = [secret]): Promise<Keys> {
      const keyRing = createKeyRing(secrets);
      const keys = await createKeys({ database, events, clock, keyRing, settings: keySettings, onError });
      nodes.push(keys);
      return keys;
    },
    async close() {
      await Promise.all(nodes.map((keys) => keys.close()));
      await events.close();
      await database.execute(`drop schema ${schema} cascade`);
      await database.close();
    },
  };
}

export type KeyStore = Awaited<ReturnType<typeof createKeyStore>>;

/** Signs a small token with the key in force. */
export function signToken(keys: Keys): Promise<string> {
  return keys.sign("at+jwt", { sub: "somebody" });
}

/** Verifies a token as a service would that has just fetched the key set; answers with the id of its key. */
export async function verifyToken(keys: Keys, token: string): Promise<string | undefined> {
  const published = JSON.parse(JSON.stringify(await keys.jwks()));
  const { protectedHeader } = await jwtVerify(token, createLocalJWKSet(published), { algorithms: ["ES256"] });
  return protectedHeader.kid;
}
