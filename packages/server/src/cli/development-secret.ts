import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomSecret } from "../crypto/digest.ts";
import { dataDirectoryMode } from "../storage/embedded/index.ts";

/** The secret of a development installation: random, made once, kept in the data directory. */
export function developmentSecret(dataDirectory: string): string {
  const path = join(dataDirectory, "development-secret");
  mkdirSync(dataDirectory, { recursive: true, mode: dataDirectoryMode() });
  if (!existsSync(path)) makeSecret(path);
  return readFileSync(path, "utf8").trim();
}

/** Written beside its place and then put there: nobody ever reads half of one, and of two at once the first counts. */
function makeSecret(path: string): void {
  const draft = `${path}.draft-${randomSecret(6)}`;
  try {
    writeFileSync(draft, randomSecret(), { flag: "wx", mode: 0o600 });
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
