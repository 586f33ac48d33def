import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Owner } from "./data-layout.ts";

/** Finds the outermost directory on the way to a path that a user cannot pass through; null when the way is open. */
export async function findBlockingDirectory(path: string, user: Owner): Promise<string | null> {
  for (const directory of ancestors(path)) {
    if (!mayPass(await stat(directory), user)) return directory;
  }
  return null;
}

/** Every directory above a path, from the root down. */
function ancestors(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [] : [...ancestors(parent), parent];
}

/** Exactly one class of permission bits counts: a user who owns a directory of mode 0077 stays outside. */
function mayPass(directory: { uid: number; gid: number; mode: number }, user: Owner): boolean {
  if (directory.uid === user.uid) return (directory.mode & 0o100) !== 0;
  if (directory.gid === user.gid) return (directory.mode & 0o010) !== 0;
  return (directory.mode & 0o001) !== 0;
}
