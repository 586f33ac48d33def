import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Makes a directory that is gone after the test. Other users may pass through it, as through most directories. */
export async function temporaryDirectory(mode = 0o755): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "hf-"));
  await chmod(path, mode);
  onTestFinished(() => rm(path, { recursive: true, force: true, maxRetries: 10 }));
  return path;
}
