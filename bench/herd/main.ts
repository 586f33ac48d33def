/**
 * `npm run bench:herd`: after an outage all clients refresh at once; then a storm comes, three times as fast as the
 * server can serve. Nobody may be signed out, and it has to stay as fast as it is.
 *
 * `--quick` takes a fifth of the clients; `--json` prints one line; `--clients` and `--connections` set how many there
 * are; `--memory 256` gives the server a heap of so many MiB.
 */
import { parseArgs } from "node:util";
import type { LoadRequest } from "../refresh/load-process.ts";
import type { TurnFigures } from "../support/figures.ts";
import { startHoldfastProcess } from "../support/holdfast-process.ts";
import { describeMachine } from "../support/machine.ts";
import { startBenchPostgres } from "../support/postgres.ts";
import { rounded } from "../support/quantile.ts";
import { seedGrants } from "../support/seed.ts";
import { startWorker } from "../support/worker.ts";
import type { HerdFigures, HerdRequest } from "./herd-process.ts";
import { watchMemory } from "./memory.ts";
import { formatReport, type HerdResult } from "./report.ts";

const { values: flags } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    clients: { type: "string" },
    connections: { type: "string", default: "8000" },
    memory: { type: "string" },
  },
});
const clients = Number(flags.clients ?? (flags.quick ? 20_000 : 100_000));
const connections = Math.min(Number(flags.connections), clients);
const heapMib = flags.memory === undefined ? null : Number(flags.memory);
const herdArrivesWithin = 1;
const storm = { seconds: flags.quick ? 5 : 10, overload: 3 };
// What the server can do is measured on grants that none of the herd has, before, between and after.
const spareGrants = 20_000;
const capacityTurn = { connections: 64, seconds: flags.quick ? 4 : 8 };
const schema = "bench_herd";

const machine = describeMachine({ "@holdfast/server": "packages/server" });
const postgres = await startBenchPostgres();
const load = startWorker<LoadRequest, TurnFigures>({ module: new URL("../refresh/load-process.ts", import.meta.url) });
const herd = startWorker<HerdRequest, HerdFigures>({ module: new URL("./herd-process.ts", import.meta.url) });
const nodeOptions = heapMib === null ? [] : [`--max-old-space-size=${heapMib}`];
const server = await startHoldfastProcess({ databaseUrl: postgres.url, schema, nodeOptions });
const say = (text: string) => process.stderr.write(`${text}\n`);

async function measure(): Promise<HerdResult> {
  const target = { name: schema, kind: "holdfast", port: server.port, grants: spareGrants } as const;
  const capacity = async () => (await load.ask({ target, ...capacityTurn })).per_second;
  say(`seeding ${spareGrants + clients} grants`);
  await seedGrants(postgres.pool, schema, spareGrants + clients);
  await capacity();
  const before = await capacity();

  say(`${clients} clients at once`);
  const run = (first: number, count: number, arrivalSeconds: number) =>
    watchMemory(server.pid, () => herd.ask({ target, first, clients: count, connections, arrivalSeconds }));
  const outage = await run(spareGrants, clients, herdArrivesWithin);
  const between = await capacity();

  const inStorm = Math.round(between * storm.overload * storm.seconds);
  say(`${inStorm} clients within ${storm.seconds} s`);
  await seedGrants(postgres.pool, schema, inStorm, spareGrants + clients);
  const overload = await run(spareGrants + clients, inStorm, storm.seconds);
  const after = await capacity();

  const able = (before + between) / 2;
  const stormAble = (between + after) / 2;
  return {
    bench: "herd",
    quick: flags.quick,
    machine,
    heap_mib: heapMib,
    connections,
    capacity_per_second: [before, between, after],
    signed_out: outage.result.signed_out + overload.result.signed_out,
    herd_share_of_capacity: rounded(clients / outage.result.drained_seconds / able),
    storm_share_of_capacity: rounded(overload.result.per_second_while_coming / stormAble),
    herd: { ...outage.result, memory_mib: outage.memory },
    storm: { ...overload.result, memory_mib: overload.memory },
  };
}

try {
  const result = await measure();
  process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : formatReport(result));
} finally {
  await herd.stop();
  await load.stop();
  await server.stop();
  await postgres.stop();
}
