import type { Logger } from "../logging/logger.ts";
import type { DatabaseConnection } from "../storage/database.ts";
import { findRunningEmbeddedPostgres, startEmbeddedPostgres } from "../storage/embedded/index.ts";
import type { Deployment } from "./deployment.ts";

/** A database to work with, and what to close afterwards. */
export interface OpenDatabase {
  readonly connection: DatabaseConnection;
  /** What it is, for people. */
  readonly description: string;
  /** The embedded server's pid, where it is ours; it may be started again under another. */
  pid(): number | null;
  close(): Promise<void>;
}

/** The server's database: `DATABASE_URL`, or an embedded PostgreSQL of its own. */
export async function openServerDatabase(
  { config, dataDirectory }: Deployment,
  { logger, command }: { readonly logger: Logger; readonly command: string },
): Promise<OpenDatabase> {
  if (config.database.url !== undefined) return external(config.database.url);
  const postgres = await startEmbeddedPostgres({
    dataDirectory,
    command,
    logger: {
      info: (message) => logger.info(message),
      warn: (message) => logger.warn(message),
      error: (message) => logger.error(message),
    },
  });
  return {
    connection: postgres.connection,
    description: `embedded PostgreSQL 18 in ${dataDirectory}`,
    pid: () => postgres.pid,
    close: () => postgres.stop(),
  };
}

/** A command's database: the one the running server uses, or one started for as long as the command takes. */
export async function openCommandDatabase(
  deployment: Deployment,
  options: { readonly logger: Logger; readonly command: string },
): Promise<OpenDatabase> {
  if (deployment.config.database.url !== undefined) return external(deployment.config.database.url);
  const running = await findRunningEmbeddedPostgres(deployment.dataDirectory);
  if (!running) return openServerDatabase(deployment, options);
  return {
    connection: running.connection,
    description: `embedded PostgreSQL 18 in ${deployment.dataDirectory}, run by process ${running.holder.pid}`,
    pid: () => null,
    close: async () => {},
  };
}

function external(url: string): OpenDatabase {
  return {
    connection: { url },
    description: describeDatabase(url),
    pid: () => null,
    close: async () => {},
  };
}

/** A database's address without its password. A socket's URL has no host, which the URL standard does not allow. */
export function describeDatabase(url: string): string {
  const { host, pathname } = new URL(url.replace("@/", "@localhost/"));
  return `PostgreSQL at ${host}${pathname}`;
}
