/**
 * The embedded PostgreSQL: the database of an installation without `DATABASE_URL`.
 *
 * Owns a data directory (`.holdfast/`): the cluster and its log, the password, the socket, and the lock that lets one
 * process at a time use it. Starts the binaries that npm installed, as an unprivileged user when we are root, keeps
 * PostgreSQL running, and sees to it that it stops when we do, even when we are killed. Schemas, migrations and
 * queries live in the folder above and cannot tell this server from any other.
 */
export type { EmbeddedConnection } from "./connection.ts";
export { dataDirectoryMode } from "./data-layout.ts";
export type { DirectoryHolder, RunningEmbeddedPostgres } from "./find-running.ts";
export { findRunningEmbeddedPostgres } from "./find-running.ts";
export type { EmbeddedLogger } from "./logger.ts";
export type { EmbeddedPostgres, EmbeddedPostgresOptions } from "./start.ts";
export { startEmbeddedPostgres } from "./start.ts";
