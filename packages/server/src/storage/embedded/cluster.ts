import { randomBytes } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Binaries } from "./binaries.ts";
import { databaseName, databaseUser } from "./connection.ts";
import { type DataLayout, makePrivateDirectory, type Owner } from "./data-layout.ts";
import { dataInaccessible, embeddedFailed, errorCode } from "./errors.ts";
import type { Launcher } from "./launcher.ts";
import { runProgram } from "./run-program.ts";
import { renameDurably, writeDurably } from "./write-durably.ts";

export interface ClusterDeps {
  readonly binaries: Binaries;
  readonly layout: DataLayout;
  readonly launcher: Launcher;
  /** Whom the cluster must belong to; null: ourselves. */
  readonly owner: Owner | null;
}

/**
 * Makes the cluster with the application's role and database, unless it exists.
 *
 * It is made beside its place and put there by a rename, so a half-made one is never taken for a whole. The password
 * file is written last; if it is missing or lost, the role gets a new password.
 *
 * @returns the password of the application's role
 * @throws AppError `embedded_failed`, `data_inaccessible`
 */
export async function ensureCluster(deps: ClusterDeps): Promise<string> {
  const { binaries, layout } = deps;
  const version = await readIfExists(join(layout.cluster, "PG_VERSION"));
  if (version !== null) assertVersion(version.trim(), binaries.majorVersion, layout.cluster);
  const existing = version === null ? null : await readIfExists(layout.password);
  if (existing) return existing.trim();

  const password = randomBytes(32).toString("base64url");
  if (version === null) await createCluster(deps, password);
  else await runStatements(deps, layout.cluster, [`ALTER ROLE ${databaseUser} PASSWORD '${password}'`]);
  await writeDurably(layout.password, `${password}\n`);
  return password;
}

async function createCluster(deps: ClusterDeps, password: string): Promise<void> {
  const { binaries, layout, launcher, owner } = deps;
  await removeUnfinished(layout.initializingPrefix);
  // A new name each time: the initdb of a killed process may still be at work, and it removes its directory if it fails.
  const directory = `${layout.initializingPrefix}${randomBytes(4).toString("hex")}`;
  await makePrivateDirectory(directory, owner);
  await runProgram(launcher, { path: binaries.initdb, args: initdbArguments(directory) });
  // Only the application's role may connect. The superuser exists for single-user mode, which needs no password.
  await writeDurably(join(directory, "pg_hba.conf"), `local all ${databaseUser} scram-sha-256\n`);
  await runStatements(deps, directory, [
    `CREATE ROLE ${databaseUser} LOGIN CREATEDB PASSWORD '${password}'`,
    `GRANT pg_monitor TO ${databaseUser}`,
    `CREATE DATABASE ${databaseName} OWNER ${databaseUser}`,
  ]);
  try {
    await renameDurably(directory, layout.cluster);
  } catch (cause) {
    throw dataInaccessible(`${layout.cluster} is in the way: it holds something that is not a database.`, cause);
  }
}

async function removeUnfinished(prefix: string): Promise<void> {
  const root = dirname(prefix);
  const unfinished = (await readdir(root)).filter((name) => name.startsWith(basename(prefix)));
  for (const name of unfinished) await rm(join(root, name), { recursive: true, force: true, maxRetries: 5 });
}

function initdbArguments(directory: string): string[] {
  return [
    `--pgdata=${directory}`,
    "--username=postgres",
    // Written by us afterwards, for the one role. `reject` asks for no superuser's password.
    "--auth=reject",
    "--encoding=UTF8",
    // The same order of texts on every machine, whatever its locales and libraries.
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C",
    "--data-checksums",
    "--no-instructions",
  ];
}

/** Runs SQL as the superuser in single-user mode: no server, no password. One statement a line, no line breaks in it. */
async function runStatements(
  { binaries, launcher }: ClusterDeps,
  cluster: string,
  statements: readonly string[],
): Promise<void> {
  await runProgram(launcher, {
    path: binaries.postgres,
    // Unasked, single-user mode goes on after an error and exits with 0.
    args: ["--single", "-D", cluster, "-c", "exit_on_error=on", "-c", "log_checkpoints=off", "postgres"],
    input: statements.map((statement) => `${statement};\n`).join(""),
  });
}

function assertVersion(found: string, expected: string, cluster: string): void {
  if (found === expected) return;
  throw embeddedFailed(
    `${cluster} was made by PostgreSQL ${found}, but this Holdfast brings PostgreSQL ${expected}. Dump it with the Holdfast version that made it and restore it into a new data directory.`,
  );
}

async function readIfExists(path: string): Promise<string | null> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw dataInaccessible(`${path} cannot be read (${errorCode(error)}).`, error);
  }
}
