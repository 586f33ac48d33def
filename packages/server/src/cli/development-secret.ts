import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomSecret } from "../crypto/digest.ts";

/** The secret of a development installation: random, made once, kept in the data directory. */
export function developmentSecret(dataDirectory: string): string {
  const path = join(dataDirectory, "development-secret");
  mkdirSync(dataDirectory, { recursive: true });
  try {
    writeFileSync(path, randomSecret(), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return readFileSync(path, "utf8").trim();
}
