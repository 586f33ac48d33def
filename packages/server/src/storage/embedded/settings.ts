import { socketPort } from "./connection.ts";

/**
 * The server's settings. Given on the command line at each start, so that they follow the version of Holdfast and not
 * the day a cluster was made. https://www.postgresql.org/docs/18/runtime-config.html
 */
export function serverSettings(socketDirectory: string): Readonly<Record<string, string>> {
  return {
    // Reached through the socket alone. Quoted: it is a list, and a path may hold a comma.
    listen_addresses: "",
    unix_socket_directories: `"${socketDirectory.replaceAll('"', '""')}"`,
    unix_socket_permissions: "0700",
    port: String(socketPort),

    // Acknowledged is durable. PostgreSQL's defaults, said aloud because everything rests on them.
    fsync: "on",
    synchronous_commit: "on",
    full_page_writes: "on",

    // Small: it shares a machine with the application.
    max_connections: "100",
    shared_buffers: "64MB",
    huge_pages: "off",
    // Short queries on few rows: compiling costs more than it saves, and so do processes that read ahead or replicate.
    jit: "off",
    io_method: "sync",
    max_logical_replication_workers: "0",

    // Recovery after a crash reads at most this much again: a second or two.
    max_wal_size: "256MB",
    min_wal_size: "64MB",

    timezone: "UTC",
    log_timezone: "UTC",
    log_min_messages: "warning",
    log_checkpoints: "off",
    log_line_prefix: "%m [%p] ",
    // Statements and details carry values of users into the log.
    log_min_error_statement: "panic",
    log_error_verbosity: "terse",
  };
}

export function settingsAsArguments(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
