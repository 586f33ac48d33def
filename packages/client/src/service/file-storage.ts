import { AuthError } from "../auth-error.ts";
import { createFileLock } from "./file-lock.ts";
import { hasCode, loadNodeFiles, type NodeFiles } from "./node-files.ts";
import type { SessionStorage } from "./session-storage.ts";

export interface FileStorageOptions {
  /** Default: the runtime's `node:fs/promises`. */
  readonly files?: NodeFiles;
}

/** For its owner alone: what is in it opens the session. */
const fileMode = 0o600;
const directoryMode = 0o700;
/** What a killed process left half-written is swept away after so long. */
const leftoverMs = 60_000;

/**
 * Keeps a session in a file, readable by its owner alone. A new text is written beside it, flushed to disk and put in its
 * place by one rename: whenever the power fails, the file holds the former text or the new one. Several processes may share
 * it. For Node, Deno and Bun.
 *
 * @param path its directory is made if need be
 *
 * @throws AuthError `config_error`, where the path is empty
 */
export function createFileStorage(path: string, { files }: FileStorageOptions = {}): SessionStorage {
  if (typeof path !== "string" || path === "") {
    throw new AuthError("config_error", "createFileStorage: path must be a text.", { kind: "developer" });
  }
  let opening: Promise<OpenFile> | null = null;

  /** Once it has worked, it is done. */
  function opened(): Promise<OpenFile> {
    opening ??= openFile(path, files).catch((error) => {
      opening = null;
      throw error;
    });
    return opening;
  }

  return {
    async read() {
      return (await opened()).read();
    },
    async write(text) {
      await (await opened()).write(text);
    },
    async exclusively(work) {
      const file = await opened().catch(() => null);
      // Work that needs the file finds out for itself what is wrong with it.
      return file === null ? work() : file.exclusively(work);
    },
  };
}

type OpenFile = Required<SessionStorage>;

async function openFile(path: string, given: NodeFiles | undefined): Promise<OpenFile> {
  const files = given ?? (await loadNodeFiles());
  // A rename would replace a link instead of what it leads to.
  const file = await files.realpath(path).catch(() => path);
  const directory = directoryOf(file);
  await files.mkdir(directory, { recursive: true, mode: directoryMode });
  await sweep(files, file);
  await narrow(files, file);

  async function write(text: string): Promise<void> {
    const temporary = `${file}.${crypto.randomUUID()}.tmp`;
    try {
      await writeDurably(files, temporary, text);
      await files.rename(temporary, file);
    } catch (error) {
      await files.unlink(temporary).catch(() => undefined);
      throw error;
    }
    await flushDirectory(files, directory);
  }

  return {
    write,
    read: () => files.readFile(file, "utf8").catch(nullIfMissing),
    exclusively: createFileLock({ files, path: `${file}.lock` }),
  };
}

async function writeDurably(files: NodeFiles, path: string, text: string): Promise<void> {
  const handle = await files.open(path, "wx", fileMode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes the rename itself outlive a power cut. Windows has no such thing, and does not need it. */
async function flushDirectory(files: NodeFiles, directory: string): Promise<void> {
  const handle = await files.open(directory, "r").catch(() => null);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** Removes what processes that were killed have left beside the file; it may hold tokens. */
async function sweep(files: NodeFiles, file: string): Promise<void> {
  const directory = directoryOf(file);
  const prefix = `${file.slice(directory.length).replace(/^[\\/]/, "")}.`;
  for (const name of await files.readdir(directory)) {
    if (!name.startsWith(prefix) || !name.endsWith(".tmp")) continue;
    const leftover = `${directory}/${name}`;
    const { mtimeMs } = await files.stat(leftover).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (Date.now() - mtimeMs > leftoverMs) await files.unlink(leftover).catch(() => undefined);
  }
}

/** A file that was put there by hand, or restored, may be open to others. */
async function narrow(files: NodeFiles, file: string): Promise<void> {
  const found = await files.stat(file).catch(nullIfMissing);
  if (found !== null && (found.mode & 0o077) !== 0) await files.chmod(file, fileMode);
}

function directoryOf(path: string): string {
  const slash = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  if (slash < 0) return ".";
  return slash === 0 ? path.slice(0, 1) : path.slice(0, slash);
}

function nullIfMissing(error: unknown): null {
  if (hasCode(error, "ENOENT")) return null;
  throw error;
}
