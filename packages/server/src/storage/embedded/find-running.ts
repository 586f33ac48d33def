import { readFile, realpath } from "node:fs/promises";
import { connectionThrough, type EmbeddedConnection } from "./connection.ts";
import { dataLayout } from "./data-layout.ts";
import { dataInaccessible, errorCode } from "./errors.ts";
import { findHolder } from "./lock.ts";

/** The process that uses a data directory. */
export interface DirectoryHolder {
  readonly pid: number;
  /** ISO 8601. */
  readonly startedAt: string;
  /** Such as `holdfast dev`. */
  readonly command: string;
}

export interface RunningEmbeddedPostgres {
  readonly connection: EmbeddedConnection;
  readonly holder: DirectoryHolder;
}

/**
 * Finds the embedded PostgreSQL that another process of this machine runs on a data directory, for a command that wants
 * to look in while the server runs. Null when nobody holds the directory. A holder that is still starting may not
 * accept connections yet.
 *
 * @throws AppError `data_inaccessible`
 */
export async function findRunningEmbeddedPostgres(dataDirectory: string): Promise<RunningEmbeddedPostgres | null> {
  try {
    const layout = dataLayout(await realpath(dataDirectory));
    const holder = await findHolder(layout.lock);
    if (!holder) return null;
    const { pid, startedAt, command } = holder;
    const password = (await readFile(layout.password, "utf8")).trim();
    return { connection: connectionThrough(holder.connection.host, password), holder: { pid, startedAt, command } };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw dataInaccessible(`${dataDirectory} cannot be read (${errorCode(error)}).`, error);
  }
}
