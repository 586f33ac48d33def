/**
 * `npm run bench:hygiene`: whether a refresh feels that a large backlog is being removed beside it. A server under a
 * steady load, and another node that removes and rests in turns. `--quick` takes a fifth of it; `--json` prints one line.
 */
import { parseArgs } from "node:util";
import { createHoldfast, parseConfig } from "@holdfast/server";
import { createLogger } from "../../packages/server/src/logging/logger.ts";
import { createDatabase } from "../../packages/server/src/storage/database.ts";
import { benchConfig, startHoldfastProcess } from "../support/holdfast-process.ts";
import { describeMachine } from "../support/machine.ts";
import { startBenchPostgres } from "../support/postgres.ts";
import { rounded } from "../support/quantile.ts";
import { seedGrants } from "../support/seed.ts";
import type { Target } from "../support/target.ts";
import { startWorker } from "../support/worker.ts";
import { seedBacklog } from "./backlog.ts";
import type { LoadAnswer, LoadRequest } from "./load-process.ts";
import { formatReport, latenciesIn, type Result } from "./report.ts";
import { takeTurns } from "./turns.ts";

const { values: flags } = parseArgs({
  options: { json: { type: "boolean", default: false }, quick: { type: "boolean", default: false } },
});
const schema = "hygiene";
const liveGrants = flags.quick ? 20_000 : 100_000;
const backlog = flags.quick ? 40_000 : 200_000;
const turnSeconds = flags.quick ? 5 : 10;
const perSecond = 200;
const warmUpSeconds = 5;

const machine = describeMachine({ pg: "node_modules/pg" });
const postgres = await startBenchPostgres();
const server = await startHoldfastProcess({ databaseUrl: postgres.url, schema });
const { connection } = postgres;
const logger = createLogger({ level: "silent" });
const cleaner = await createHoldfast(parseConfig(benchConfig(schema, 0), { mode: "production" }), {
  connection,
  logger,
});
const database = createDatabase({ connection, schema, poolSize: 2 });
const load = startWorker<LoadRequest, LoadAnswer>({ module: new URL("./load-process.ts", import.meta.url) });
try {
  await seedGrants(postgres.pool, schema, liveGrants);
  await seedBacklog(postgres.pool, schema, backlog);
  const target: Target = { name: "Holdfast", kind: "holdfast", port: server.port, grants: liveGrants };
  await load.ask({ begin: { target, perSecond } });
  await new Promise((resolve) => setTimeout(resolve, warmUpSeconds * 1000));
  const { quiet, cleaning, removed } = await takeTurns({ hygiene: cleaner.hygiene, database, seconds: turnSeconds });
  const { samples, failures } = await load.ask("end");

  const [without, beside] = [latenciesIn(quiet, samples), latenciesIn(cleaning, samples)];
  const result: Result = {
    bench: "hygiene",
    quick: flags.quick,
    machine,
    postgres: await postgres.settings(),
    live_grants: liveGrants,
    backlog,
    refreshes_per_second: perSecond,
    quiet: without,
    cleaning: beside,
    ratio_p99: rounded(beside.p99_ms / without.p99_ms),
    drain_seconds: rounded(cleaning.reduce((sum, { from, to }) => sum + to - from, 0) / 1000, 1),
    removed,
    failures,
  };
  process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : formatReport(result));
} finally {
  await load.stop();
  await database.close();
  await cleaner.close();
  await server.stop();
  await postgres.stop();
}
