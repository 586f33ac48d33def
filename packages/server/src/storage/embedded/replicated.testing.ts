import { appendFile, open, writeFile } from "node:fs/promises";
import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { locateBinaries } from "./binaries.ts";
import { ensureCluster } from "./cluster.ts";
import { connectionThrough, databaseName, databaseUser } from "./connection.ts";
import { type DataLayout, dataLayout, makePrivateDirectory, type Owner, openDataDirectory } from "./data-layout.ts";
import { createLauncher, type Launcher } from "./launcher.ts";
import { choosePostgresUser } from "./postgres-user.ts";
import { waitUntilReady } from "./readiness.ts";
import { runProgram } from "./run-program.ts";
import { serverSettings, settingsAsArguments } from "./settings.ts";
import { createSocketDirectory, planSocketDirectory, socketFile } from "./socket-directory.ts";
import { type Supervised, supervise } from "./supervisor.ts";

const patienceMs = 30_000;

/** A primary, an asynchronous replica of it that streams, and one address for both. */
export interface ReplicatedPostgres {
  /** Leads to the primary, and after the failover to what was the replica. */
  readonly connection: { host: string; port: number; user: string; password: string; database: string };
  /** Waits until the replica has everything, and cuts it off: what follows is the tail that a failover loses. */
  cutReplicaOff(): Promise<void>;
  /** Kills the primary, promotes the replica and leads everybody to it. */
  failOver(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts both on a fresh cluster in an empty directory. */
export async function startReplicatedPostgres(directory: string): Promise<ReplicatedPostgres> {
  const { postgres, ...binaries } = await locateBinaries();
  const layout = await openDataDirectory(join(directory, "primary"));
  const owner = await choosePostgresUser(layout);
  const launcher = await createLauncher(owner, [postgres, layout.cluster]);
  const password = await ensureCluster({ binaries: { postgres, ...binaries }, layout, launcher, owner });
  // Guarded by the directory alone, so that the superuser and the replica come in without a password.
  await writeFile(join(layout.cluster, "pg_hba.conf"), "local all all trust\nlocal replication all trust\n");
  const replicaLayout = dataLayout(await copyCluster(directory, { layout, launcher, owner }));

  const primary = await startServer({ postgres, layout, launcher, owner, password });
  const replicaConf = join(replicaLayout.cluster, "postgresql.auto.conf");
  await appendFile(replicaConf, `primary_conninfo = 'host=''${primary.socketDirectory}'' port=5432 user=postgres'\n`);
  await writeFile(join(replicaLayout.cluster, "standby.signal"), "");
  const replica = await startServer({ postgres, layout: replicaLayout, launcher, owner, password });
  const address = await startAddress(socketFile(primary.socketDirectory));

  return {
    connection: { host: "127.0.0.1", port: address.port, user: databaseUser, password, database: databaseName },
    async cutReplicaOff() {
      const [end] = await primary.ask<{ lsn: string }>("select pg_current_wal_lsn() as lsn");
      await until(() => replica.ask("select where pg_last_wal_replay_lsn() >= $1::pg_lsn", [end?.lsn]));
      await appendFile(replicaConf, "primary_conninfo = ''\n");
      process.kill(replica.pid, "SIGHUP");
      await until(() => replica.ask("select where not exists (select from pg_stat_wal_receiver)"));
    },
    async failOver() {
      await primary.kill();
      await replica.ask("select pg_promote()");
      address.leadTo(socketFile(replica.socketDirectory));
    },
    async stop() {
      await address.close();
      await primary.kill();
      await replica.kill();
    },
  };
}

interface CopyDeps {
  readonly layout: DataLayout;
  readonly launcher: Launcher;
  readonly owner: Owner | null;
}

/** Copies a cluster that does not run, as PostgreSQL's user; answers with the directory that holds the copy. */
async function copyCluster(directory: string, { layout, launcher, owner }: CopyDeps): Promise<string> {
  const { root } = await openDataDirectory(join(directory, "replica"));
  const { cluster } = dataLayout(root);
  await makePrivateDirectory(cluster, owner);
  await runProgram(launcher, { path: "/bin/cp", args: ["-a", `${layout.cluster}/.`, cluster] });
  return root;
}

interface ServerDeps extends CopyDeps {
  readonly postgres: string;
  readonly password: string;
}

async function startServer({ postgres, layout, launcher, owner, password }: ServerDeps) {
  const socketDirectory = planSocketDirectory(layout.root);
  await createSocketDirectory(socketDirectory, owner);
  const log = await open(layout.log, "a");
  const settings = settingsAsArguments(serverSettings(socketDirectory));
  const supervised = await supervise(launcher, [postgres, "-D", layout.cluster, ...settings], log.fd);
  await log.close();
  const connection = connectionThrough(socketDirectory, password);
  const { signal } = new AbortController();
  await waitUntilReady({ connection, hasEnded: supervised.hasEnded, signal, patienceMs });
  return {
    ...describe(supervised),
    socketDirectory,
    ask: <Row extends pg.QueryResultRow>(sql: string, values?: unknown[]) => ask<Row>(connection, sql, values),
  };
}

function describe({ pid, ended, hasEnded }: Supervised) {
  return {
    pid,
    /** As when its machine is gone: without a checkpoint, and nothing more is sent to anybody. */
    async kill() {
      if (!hasEnded()) process.kill(pid, "SIGQUIT");
      await ended;
    },
  };
}

/** Runs one statement as the superuser. */
async function ask<Row extends pg.QueryResultRow>(
  { host, port, database }: pg.ClientConfig & { readonly database: string },
  sql: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client({ host, port, database, user: "postgres" });
  await client.connect();
  try {
    return (await client.query<Row>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

async function until(condition: () => Promise<readonly unknown[]>): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while ((await condition()).length === 0) {
    if (performance.now() > deadline) throw new Error("the replica did not come that far");
    await delay(20);
  }
}

/** A TCP address that leads to a Unix socket, and to another one later; whoever is connected is cut off then. */
async function startAddress(first: string) {
  let target = first;
  const sockets = new Set<Socket>();
  const server: Server = createServer((incoming) => {
    const outgoing = dial(target);
    for (const socket of [incoming, outgoing]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        incoming.destroy();
        outgoing.destroy();
      });
    }
    incoming.pipe(outgoing).pipe(incoming);
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const address = server.address();
  if (address === null || typeof address === "string") throw new TypeError("a TCP server has a port");
  return {
    port: address.port,
    leadTo(next: string) {
      target = next;
      cut();
    },
    async close() {
      const closed = new Promise((resolve) => void server.close(resolve));
      cut();
      await closed;
    },
  };
}
