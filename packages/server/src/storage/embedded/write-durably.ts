import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes a file that only we may read (mode 0600); on return it is on the disk. */
export async function writeDurably(path: string, content: string): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Renames within one file system so that after a power cut either the old or the new state is there. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  const directory = await open(dirname(to), "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
