/**
 * `npm run bench:revocation`: how long after a session's end was acknowledged its tokens are refused: by our own
 * endpoints, and by the last of 1,000 verifiers that follow the feed, on the same node and on another. `--quick` takes
 * fewer rounds; `--json` prints one line.
 */
import { parseArgs } from "node:util";
import { findNatsServer, startNatsServer } from "../../packages/server/src/feed/nats-server.testing.ts";
import { describeMachine } from "../support/machine.ts";
import { startBenchPostgres } from "../support/postgres.ts";
import { seedGrants } from "../support/seed.ts";
import { measureCachedIntrospection } from "./cached-introspection.ts";
import { createSessionSource, measureEndpoints, measureFollowers } from "./measure.ts";
import { type Nodes, type NodesOptions, startNodes } from "./nodes.ts";
import { type CarrierResult, formatReport, type Result } from "./report.ts";

const { values: flags } = parseArgs({
  options: { json: { type: "boolean", default: false }, quick: { type: "boolean", default: false } },
});
const followers = 1_000;
const rounds = flags.quick ? 20 : 200;
const grants = 20_000;
const schema = "bench";

const machine = describeMachine({ "@holdfast/verify": "packages/verify", "@holdfast/server": "packages/server" });
const closers: (() => Promise<void>)[] = [];
try {
  const postgres = await startBenchPostgres();
  closers.push(() => postgres.stop());
  const options = { databaseUrl: postgres.url, schema };

  const plain = await withNodes(options, async (nodes) => {
    await seedGrants(postgres.pool, schema, grants);
    const nextSession = createSessionSource(nodes.issuer, 0);
    const endpoints = {
      same_node: await measureEndpoints(nodes, nodes.one.port, nextSession, rounds),
      other_node: await measureEndpoints(nodes, nodes.other.port, nextSession, rounds),
    };
    const cached_introspection = await measureCachedIntrospection(nodes.issuer, nextSession, {
      services: 20,
      rounds: flags.quick ? 3 : 20,
    });
    return { endpoints, cached_introspection, notify: await measureCarrier(nodes, nextSession) };
  });
  const nats = await measureWithNats(options);

  const result: Result = {
    bench: "revocation",
    quick: flags.quick,
    machine,
    postgres: await postgres.settings(),
    ...plain,
    nats,
  };
  process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : formatReport(result));
} finally {
  for (const close of closers.reverse()) await close();
}

async function withNodes<Found>(options: NodesOptions, work: (nodes: Nodes) => Promise<Found>): Promise<Found> {
  const nodes = await startNodes(options);
  try {
    return await work(nodes);
  } finally {
    await nodes.stop();
  }
}

async function measureCarrier(
  nodes: Nodes,
  nextSession: ReturnType<typeof createSessionSource>,
): Promise<CarrierResult> {
  return {
    same_node: await measureFollowers(nodes, nodes.one.port, nextSession, { followers, rounds }),
    other_node: await measureFollowers(nodes, nodes.other.port, nextSession, { followers, rounds }),
  };
}

async function measureWithNats(options: NodesOptions): Promise<CarrierResult | null> {
  const program = findNatsServer();
  if (program === null) return null;
  const nats = await startNatsServer(program);
  closers.push(() => nats.close());
  return withNodes({ ...options, natsUrl: nats.url }, (nodes) =>
    // Grants that the rounds before have not used.
    measureCarrier(nodes, createSessionSource(nodes.issuer, grants / 2)),
  );
}
