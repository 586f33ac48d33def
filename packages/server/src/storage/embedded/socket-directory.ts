import { randomBytes } from "node:crypto";
import { lstat, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { socketPort } from "./connection.ts";
import { makePrivateDirectory, type Owner } from "./data-layout.ts";
import { errorCode } from "./errors.ts";

// sun_path holds 108 bytes on Linux and 104 on macOS, the closing zero included (unix(7)).
const longestSocketPath = 100;
const temporaryName = /^holdfast-[0-9a-f]{16}$/;

export function socketFile(socketDirectory: string): string {
  return join(socketDirectory, `.s.PGSQL.${socketPort}`);
}

/** Where the socket goes: `run` in the data directory, or a private directory with a short name if that is too long. */
export function planSocketDirectory(root: string): string {
  const name = `holdfast-${randomBytes(8).toString("hex")}`;
  const candidates = [join(root, "run"), join(tmpdir(), name)];
  return candidates.find((path) => Buffer.byteLength(socketFile(path)) <= longestSocketPath) ?? join("/tmp", name);
}

export async function createSocketDirectory(path: string, owner: Owner | null): Promise<void> {
  await makePrivateDirectory(path, owner);
}

/** Removes a socket directory outside the data directory: ours, or the one a killed predecessor left. */
export async function removeSocketDirectory(path: string, owner: Owner | null): Promise<void> {
  // A lock file names it: believe that only for directories such as we make.
  if (!temporaryName.test(basename(path)) || !["/tmp", tmpdir()].includes(dirname(path))) return;
  try {
    const found = await lstat(path);
    if (!found.isDirectory() || found.uid !== (owner?.uid ?? process.getuid?.())) return;
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
}
