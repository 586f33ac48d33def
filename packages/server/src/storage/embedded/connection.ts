/** The role of the application: it owns the database, but is no superuser (those could read files of the machine). */
export const databaseUser = "holdfast";
export const databaseName = "holdfast";

/** PostgreSQL listens on no TCP port; the number is only the socket's file name (`.s.PGSQL.5432`). */
export const socketPort = 5432;

/** How to reach the embedded server: fits `pg.PoolConfig` as it is. */
export interface EmbeddedConnection {
  /** The directory of the Unix socket; `pg` takes a host that begins with a slash as one. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export function connectionThrough(socketDirectory: string, password: string): EmbeddedConnection {
  return { host: socketDirectory, port: socketPort, user: databaseUser, password, database: databaseName };
}
