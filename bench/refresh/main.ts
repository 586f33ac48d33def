/**
 * `npm run bench:refresh`: refreshes over HTTP on durable PostgreSQL, beside stock oidc-provider and beside the engine
 * without HTTP, in one run.
 *
 * `--quick` takes fewer grants and shorter rounds; `--json` prints one line; `--grants`, `--connections`, `--rounds` and
 * `--seconds` (of a turn) set what they say; `--scale` is how many grants the last comparison has, 0 leaves it out.
 */
import { parseArgs } from "node:util";
import type { TurnFigures } from "../support/figures.ts";
import { describeMachine } from "../support/machine.ts";
import { startBenchPostgres } from "../support/postgres.ts";
import { type Contender, startEngine, startLoad, startOidc, startOurs } from "./contenders.ts";
import { measureGrowth } from "./growth.ts";
import { formatReport, type RefreshResult, ratiosOf } from "./report.ts";
import { measureInRounds } from "./rounds.ts";
import { measureScale } from "./scale.ts";
import { readUpdates, readWal } from "./storage.ts";

const { values: flags } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    grants: { type: "string" },
    connections: { type: "string", default: "64" },
    rounds: { type: "string" },
    seconds: { type: "string" },
    scale: { type: "string" },
  },
});
const atOnce = Number(flags.connections);
const grants = Number(flags.grants ?? (flags.quick ? 100_000 : 1_000_000));
const rounds = Number(flags.rounds ?? (flags.quick ? 3 : 7));
const secondsEach = Number(flags.seconds ?? (flags.quick ? 5 : 10));
const scale = Number(flags.scale ?? (flags.quick ? 0 : 10_000_000));
const growthGrants = flags.quick ? 20_000 : 200_000;
// What its adapter for memory holds takes some two kilobytes a grant, and makes its garbage collection slower.
const grantsInMemory = Math.min(grants, 100_000);
const warmUpSeconds = Math.min(5, secondsEach);

const machine = describeMachine({
  "@holdfast/server": "packages/server",
  "oidc-provider": "node_modules/oidc-provider",
  pg: "node_modules/pg",
});
const postgres = await startBenchPostgres();
const load = startLoad();
const deps = { postgres, load };
const running: Contender[] = [];
const say = (text: string) => process.stderr.write(`${text}\n`);

async function started(contender: Promise<Contender>): Promise<Contender> {
  running.push(await contender);
  return contender;
}

async function measure(): Promise<RefreshResult> {
  say(`seeding ${grants} grants`);
  const schema = "bench";
  const ours = await started(startOurs(deps, { schema, grants }));
  const engine = await started(startEngine(deps, { schema, grants }));
  const memory = await started(startOidc(deps, { format: "jwt", storage: "memory", grants: grantsInMemory }));
  const stored = await started(startOidc(deps, { format: "jwt", storage: "postgres", grants }));
  const memoryOpaque = await started(startOidc(deps, { format: "opaque", storage: "memory", grants: grantsInMemory }));
  const storedOpaque = await started(startOidc(deps, { format: "opaque", storage: "postgres", grants }));

  say(`${rounds} rounds`);
  const wal = { bytes: 0, refreshes: 0 };
  async function around(name: string, turn: () => Promise<TurnFigures>): Promise<TurnFigures> {
    const before = await readWal(postgres.pool);
    const figures = await turn();
    if (name === "ours") {
      wal.bytes += (await readWal(postgres.pool)).bytes - before.bytes;
      wal.refreshes += figures.requests;
    }
    return figures;
  }
  const contenders = { ours, memory, stored, engine, memoryOpaque, storedOpaque };
  const timing = { rounds, secondsEach, warmUpSeconds };
  const many = await measureInRounds(contenders, { ...timing, atOnce, around });
  say("one at a time");
  const one = await measureInRounds({ ours, memory }, { ...timing, atOnce: 1 });
  const updates = await readUpdates(postgres.pool, schema);
  for (const contender of running.splice(0)) await contender.stop();

  say(`ten rotations of ${growthGrants} grants`);
  const growth = await measureGrowth(postgres, { schema: "bench_growth", grants: growthGrants, atOnce });
  if (scale > 0) say(`${scale} grants beside 10000`);
  const atScale = scale > 0 ? await measureScale(deps, { ...timing, atOnce, few: 10_000, many: scale }) : null;
  return {
    bench: "refresh",
    quick: flags.quick,
    ...ratiosOf(many, one),
    machine,
    postgres: await postgres.settings(),
    connections: atOnce,
    figures: many,
    one_connection: one,
    storage: {
      in_place: updates.in_place,
      wal_bytes_under_load: Math.round(wal.bytes / wal.refreshes),
      growth,
    },
    scale: atScale,
  };
}

try {
  const result = await measure();
  process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : formatReport(result));
} finally {
  for (const contender of running) await contender.stop();
  await load.stop();
  await postgres.stop();
}
