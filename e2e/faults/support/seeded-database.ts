/** People by the thousand, written straight into the tables, as the benches have them. */
import type { ConfigInput } from "@holdfast/server";
import { benchConfig } from "../../../bench/support/holdfast-process.ts";
import { seedGrants } from "../../../bench/support/seed.ts";
import type { FaultDatabase } from "./fault-database.ts";

/** The configuration that fits what is seeded. */
export function seededConfig(database: FaultDatabase, port: number): ConfigInput {
  return { ...benchConfig(database.schema, port), shutdown: { notice: 0 } };
}

/** Once the schema is there. Grants are numbered from 0; `seededToken` has their tokens. */
export async function seedPeople(database: FaultDatabase, count: number): Promise<void> {
  const client = await database.connect();
  // It wants one connection of a pool, and this is one.
  const pool = { connect: async () => ({ query: client.query.bind(client), release: () => client.end() }) };
  await seedGrants(pool as unknown as Parameters<typeof seedGrants>[0], database.schema, count);
}
