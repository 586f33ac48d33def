import { chmod, chown, lstat, mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { dataInaccessible, errorCode } from "./errors.ts";

/** What lies where in a data directory. */
export interface DataLayout {
  /** The data directory itself, absolute and without symbolic links. */
  readonly root: string;
  /** PostgreSQL's own data directory (PGDATA). */
  readonly cluster: string;
  /** How the names of clusters in the making begin; a finished one becomes `cluster` by one rename. */
  readonly initializingPrefix: string;
  readonly log: string;
  readonly password: string;
  readonly lock: string;
}

/** The user that PostgreSQL runs as. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export function dataLayout(root: string): DataLayout {
  return {
    root,
    cluster: join(root, "postgres"),
    initializingPrefix: join(root, "postgres.initializing-"),
    log: join(root, "postgres.log"),
    password: join(root, "postgres.password"),
    lock: join(root, "lock"),
  };
}

/** As root, another user (PostgreSQL's) must pass through a data directory; everything inside guards itself. */
export function dataDirectoryMode(): number {
  return process.getuid?.() === 0 ? 0o711 : 0o700;
}

/**
 * Makes the data directory unless it exists.
 *
 * @throws AppError `data_inaccessible`
 */
export async function openDataDirectory(path: string): Promise<DataLayout> {
  try {
    await mkdir(path, { recursive: true, mode: dataDirectoryMode() });
    return dataLayout(await realpath(path));
  } catch (cause) {
    throw dataInaccessible(`The data directory ${path} cannot be made or read (${errorCode(cause)}).`, cause);
  }
}

/** Makes a directory that only PostgreSQL's user may enter; one that exists is corrected. */
export async function makePrivateDirectory(path: string, owner: Owner | null): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
  await chmod(path, 0o700);
  if (owner) await chown(path, owner.uid, owner.gid);
}

/** Who owns a file or directory; null when there is none. */
export async function ownerOf(path: string): Promise<Owner | null> {
  try {
    const { uid, gid } = await lstat(path);
    return { uid, gid };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}
