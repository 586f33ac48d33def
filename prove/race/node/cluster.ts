import { randomBytes } from "node:crypto";
import { type AddressInfo, createServer } from "node:net";
import { clientKinds } from "../clients/client-kinds.ts";
import type { RaceDatabase } from "../database/database.ts";
import type { Random } from "../random.ts";
import type { Breakage } from "./breakage.ts";
import { bundleNode } from "./bundle.ts";
import { type RaceNode, type RaceNodeDeps, startRaceNode } from "./race-node.ts";

export interface ClusterDeps extends Pick<RaceNodeDeps, "onKilled" | "onCrash" | "onBroken"> {
  readonly database: RaceDatabase;
  readonly random: Random;
  readonly size: number;
  readonly breakage: Breakage | null;
  readonly closers: (() => Promise<void>)[];
}

/** Several nodes over one database. */
export interface Cluster {
  readonly nodes: readonly RaceNode[];
  /** One of those that are up, as a load balancer would choose; any when none is. */
  chooseNode(): RaceNode;
}

export async function startCluster(deps: ClusterDeps): Promise<Cluster> {
  const { database, random, size, breakage, closers, ...told } = deps;
  const bundle = await bundleNode();
  closers.push(bundle.remove);
  const ports = await freePorts(size);
  const common = {
    issuer: `http://localhost:${ports[0]}`,
    connection: database.connection,
    schema: database.schema,
    secrets: [newSecret(), newSecret()] as const,
    clients: clientKinds.map(({ id, overlap }) => ({ id, overlap })),
    breakage,
  };
  const nodes: RaceNode[] = [];
  for (const [index, port] of ports.entries()) {
    const node = startRaceNode({ ...told, settings: { ...common, index, port }, entry: bundle.entry });
    closers.push(() => node.stop());
    // One after the other: the first makes the tables, and fills the compile cache for all.
    await node.untilUp();
    nodes.push(node);
  }
  return { nodes, chooseNode: () => chooseUp(nodes, random) };
}

function newSecret(): string {
  return randomBytes(32).toString("base64");
}

function chooseUp(nodes: readonly RaceNode[], random: Random): RaceNode {
  const up = nodes.filter(({ isUp }) => isUp);
  const among = up.length > 0 ? up : nodes;
  const node = among[random.below(among.length)];
  if (!node) throw new Error("there are no nodes");
  return node;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once("listening", resolve))));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
