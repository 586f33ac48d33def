/**
 * Every grant of an instance is refreshed ten times: how much its table has grown, and what a refresh wrote to the
 * write-ahead log, with its event and without.
 */
import type { TurnFigures } from "../support/figures.ts";
import { startHoldfastProcess } from "../support/holdfast-process.ts";
import type { BenchPostgres } from "../support/postgres.ts";
import { rounded } from "../support/quantile.ts";
import { seedGrants } from "../support/seed.ts";
import { startWorker } from "../support/worker.ts";
import type { EngineRequest } from "./engine-process.ts";
import { readUpdates, readWal, sizeOfGrants, type UpdateFigures } from "./storage.ts";

export interface GrowthFigures extends UpdateFigures {
  readonly grants: number;
  /** The table and its indexes after ten rotations of each grant, over before. */
  readonly growth: number;
  /** Bytes of WAL a refresh: the row and its event. Pages that were written since the last checkpoint already. */
  readonly wal_bytes: number;
  /** The same of the row alone. */
  readonly wal_bytes_without_event: number;
}

export interface GrowthOptions {
  readonly schema: string;
  readonly grants: number;
  readonly atOnce: number;
}

const passesWithEvents = 7;
const passesWithout = 3;

export async function measureGrowth(postgres: BenchPostgres, options: GrowthOptions): Promise<GrowthFigures> {
  const { schema, grants, atOnce } = options;
  const { pool } = postgres;
  // Makes the schema, as it does for everybody.
  const server = await startHoldfastProcess({ databaseUrl: postgres.url, schema });
  await server.stop();
  await seedGrants(pool, schema, grants);
  const module = new URL("./engine-process.ts", import.meta.url);
  const engine = startWorker<EngineRequest, TurnFigures>({ module, environment: { NODE_ENV: "production" } });
  try {
    await engine.ask({ kind: "start", connection: postgres.connection, schema, grants, isAlone: true });
    const before = await sizeOfGrants(pool, schema);
    const costs: number[] = [];
    for (let pass = 0; pass < passesWithEvents + passesWithout; pass++) {
      if (pass === passesWithEvents) await pool.query(discardEvents(schema));
      const start = await readWal(pool);
      await engine.ask({ kind: "pass", atOnce });
      const end = await readWal(pool);
      // A page that is written for the first time since a checkpoint stands in the log whole.
      const images = (end.fullPageImages - start.fullPageImages) * pageBytes;
      costs.push((end.bytes - start.bytes - images) / grants);
    }
    const after = await sizeOfGrants(pool, schema);
    return {
      grants,
      growth: rounded(after / before),
      wal_bytes: Math.round(mean(costs.slice(1, passesWithEvents))),
      wal_bytes_without_event: Math.round(mean(costs.slice(passesWithEvents))),
      ...(await readUpdates(pool, schema)),
    };
  } finally {
    await engine.stop();
  }
}

const pageBytes = 8_192;

/** The statement stays the same, but its events go nowhere. */
function discardEvents(schema: string): string {
  return `
    create function ${schema}.discard() returns trigger language plpgsql as 'begin return null; end';
    create trigger discard before insert on ${schema}.events for each row execute function ${schema}.discard();`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
