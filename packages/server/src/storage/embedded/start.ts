import { type Binaries, locateBinaries } from "./binaries.ts";
import { ensureCluster } from "./cluster.ts";
import { connectionThrough, databaseName, databaseUser, type EmbeddedConnection, socketPort } from "./connection.ts";
import { type DataLayout, type Owner, openDataDirectory } from "./data-layout.ts";
import { dataLocked, explainFileError } from "./errors.ts";
import { type KeptRunning, keepRunning } from "./keep-running.ts";
import { createLauncher } from "./launcher.ts";
import { findPostmaster, stopLeftoverPostmaster } from "./leftover.ts";
import { acquireLock, type DirectoryLock } from "./lock.ts";
import { type EmbeddedLogger, silentLogger } from "./logger.ts";
import { choosePostgresUser } from "./postgres-user.ts";
import { startPostmaster } from "./postmaster.ts";
import { createSocketDirectory, planSocketDirectory, removeSocketDirectory } from "./socket-directory.ts";

export interface EmbeddedPostgresOptions {
  /** Where everything lies, such as `.holdfast`. Made unless it exists. */
  readonly dataDirectory: string;
  /** Default: says nothing. */
  readonly logger?: EmbeddedLogger;
  /** What we are, for those who find the directory locked. Default: `holdfast`. */
  readonly command?: string;
}

/** A running database of our own. */
export interface EmbeddedPostgres {
  /** Stays the same when PostgreSQL is started again: a pool simply reconnects. */
  readonly connection: EmbeddedConnection;
  /** The current postmaster's pid. */
  readonly pid: number;
  /** Stops PostgreSQL, ending connections that are still open, and then releases the directory. */
  stop(): Promise<void>;
}

/**
 * Starts the embedded PostgreSQL on a data directory, and makes the database on the first start. It is kept running
 * until `stop`, and stops by itself when this process dies.
 *
 * @example
 * const postgres = await startEmbeddedPostgres({ dataDirectory: ".holdfast", command: "holdfast dev" });
 * const pool = new pg.Pool(postgres.connection);
 *
 * @throws AppError `data_locked`, `data_inaccessible`, `embedded_unsupported`, `embedded_failed`
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  try {
    return await start(options);
  } catch (error) {
    throw explainFileError(error);
  }
}

async function start({
  dataDirectory,
  logger = silentLogger,
  command = "holdfast",
}: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = await locateBinaries();
  const layout = await openDataDirectory(dataDirectory);
  const owner = await choosePostgresUser(layout);
  const socketDirectory = planSocketDirectory(layout.root);
  const lock = await acquireLock(layout.lock, {
    command,
    // By this machine's clock: the database's, which Holdfast goes by, is not there yet.
    startedAt: new Date().toISOString(),
    connection: { host: socketDirectory, port: socketPort, user: databaseUser, database: databaseName },
  });

  async function release(): Promise<void> {
    await removeSocketDirectory(socketDirectory, owner);
    await lock.release();
  }

  try {
    await settlePredecessor({ lock, layout, owner, logger });
    const { connection, server } = await run({ binaries, layout, owner, socketDirectory, logger });
    return describeRunning(connection, server, release);
  } catch (error) {
    await release();
    throw error;
  }
}

function describeRunning(
  connection: EmbeddedConnection,
  server: KeptRunning,
  release: () => Promise<void>,
): EmbeddedPostgres {
  let stopped: Promise<void> | undefined;
  return {
    connection,
    get pid() {
      return server.pid;
    },
    stop() {
      stopped ??= server.stop().then(release);
      return stopped;
    },
  };
}

interface RunDeps {
  readonly binaries: Binaries;
  readonly layout: DataLayout;
  readonly owner: Owner | null;
  readonly socketDirectory: string;
  readonly logger: EmbeddedLogger;
}

async function run({ binaries, layout, owner, socketDirectory, logger }: RunDeps) {
  const launcher = await createLauncher(owner, [binaries.postgres, layout.cluster, socketDirectory]);
  await createSocketDirectory(socketDirectory, owner);
  const password = await ensureCluster({ binaries, layout, launcher, owner });
  const connection = connectionThrough(socketDirectory, password);
  const server: KeptRunning = await keepRunning({
    start: (signal) => startPostmaster({ binaries, layout, launcher, connection, logger }, signal),
    logger,
  });
  return { connection, server };
}

interface SettleDeps {
  readonly lock: DirectoryLock;
  readonly layout: DataLayout;
  readonly owner: Owner | null;
  readonly logger: EmbeddedLogger;
}

/** What a killed holder left is ours to clear away; a server that somebody else runs on the cluster is not. */
async function settlePredecessor({ lock, layout, owner, logger }: SettleDeps): Promise<void> {
  if (lock.predecessor) {
    const { pid, command, connection } = lock.predecessor;
    logger.info(`Taking the data directory over from process ${pid} (${command}), which is gone.`);
    await stopLeftoverPostmaster(layout.cluster, logger);
    await removeSocketDirectory(connection.host, owner);
    return;
  }
  const pid = await findPostmaster(layout.cluster);
  if (pid !== null) {
    throw dataLocked(`A PostgreSQL that Holdfast did not start (process ${pid}) uses ${layout.cluster}.`);
  }
}
