import { type Generated, Kysely, PostgresDialect, type PostgresPool, type Transaction } from "kysely";
import pg from "pg";
import { AppError } from "../http/app-error.ts";
import { runTransaction } from "./after-commit.ts";
import type { Tables } from "./tables.ts";

export type { Generated };

/** A transaction, or the database outside one: whatever runs queries. */
export type Queries = Kysely<Tables>;
export type DatabaseTransaction = Transaction<Tables>;

/** How to reach PostgreSQL: a URL, or the parts of one. */
export type DatabaseConnection =
  | { readonly url: string }
  | {
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly password: string;
      readonly database: string;
    };

export interface DatabaseOptions {
  readonly connection: DatabaseConnection;
  /** The PostgreSQL schema that holds this instance. */
  readonly schema: string;
  /** Connections at most. */
  readonly poolSize: number;
  /** Told of connections that break while idle; the pool makes new ones. */
  readonly onError?: (error: unknown) => void;
}

/** A way to the database. */
export interface DatabaseLane {
  readonly queries: Queries;
  /** Runs a function in one transaction (READ COMMITTED). */
  transaction<Result>(work: (tx: DatabaseTransaction) => Promise<Result>): Promise<Result>;
  /** Runs one SQL statement as it stands. `name` makes it a prepared statement. */
  execute<Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[], name?: string): Promise<Row[]>;
}

/** One instance's PostgreSQL schema. */
export interface Database extends DatabaseLane {
  readonly schema: string;
  /**
   * For ending things, and for telling of it: an idle connection of the pool, else one that is kept for this. Whatever
   * holds all the others, nobody waits behind it to sign out, and nobody is trusted longer because of it.
   */
  readonly urgent: DatabaseLane;
  /**
   * Makes every connection of the pool. Whoever finds none idle where there could be more waits for a new one, not for the
   * next that is let go: where the database is slow, that one comes too late, and so it goes on.
   */
  fillPool(): Promise<void>;
  /** Makes the connection that is kept for ending things, so that it is there when there are no others. */
  prepareUrgent(): Promise<void>;
  /** A connection of its own, for what is bound to one (LISTEN, advisory locks). The caller ends it. */
  connect(): Promise<pg.Client>;
  /** The database's clock: milliseconds since the epoch. */
  now(): Promise<number>;
  close(): Promise<void>;
}

// A request that cannot have a connection within a second is told to come back (503) instead of queueing without end.
const acquireTimeoutMs = 1_000;
const statementTimeoutMs = 10_000;
// A node that froze or lost its network in a transaction would hold its locks until TCP gives up, after hours: nobody
// could end the session that it had locked.
const idleTransactionTimeoutMs = 10_000;
// A connection outside the pool is for background work and commands: they can wait longer, but not for ever.
const connectTimeoutMs = 5_000;
// Sooner than what lies between forgets a connection on which nothing is said, often after some minutes.
const keepAliveAfterMs = 30_000;
// Few: they are taken only when the pool has none idle, each for some milliseconds. Who ends something finds one beside the
// feed, which reads what is new, and the look for what a failover has lost: each of them has one at a time.
const reservedConnections = 3;

export function createDatabase({ connection, schema, poolSize, onError }: DatabaseOptions): Database {
  assertSchemaName(schema);
  // Every name in our SQL is unqualified and found here: the same statement serves any instance.
  // And every plan is made once: what a statement is asked with never changes how it is best answered.
  const options = `-c search_path=${schema} -c timezone=UTC -c plan_cache_mode=force_generic_plan`;
  const clientConfig: pg.ClientConfig = {
    ...toClientConfig(connection, options),
    application_name: "holdfast",
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: idleTransactionTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveAfterMs,
  };
  const pool = new pg.Pool({
    ...clientConfig,
    max: poolSize,
    // None is given up for being idle: see `fillPool`.
    min: poolSize,
    connectionTimeoutMillis: acquireTimeoutMs,
  });
  // Whoever ends something waits longer than others.
  const reserve = new pg.Pool({
    ...clientConfig,
    max: reservedConnections,
    connectionTimeoutMillis: connectTimeoutMs,
    idleTimeoutMillis: 0,
  });
  for (const each of [pool, reserve]) {
    each.on("error", (error) => onError?.(error));
    // The pool listens only to connections that are idle: one that breaks in somebody's hands would end the process.
    each.on("connect", (client) => client.on("error", (error) => onError?.(error)));
  }
  // Who waits for the pool already comes first. And no new connection is made for it here: see above.
  const idle = () => (pool.idleCount > pool.waitingCount ? pool : reserve);
  const lane = createLane(pool, () => pool);
  const urgent = createLane(
    { options: reserve.options, connect: () => idle().connect(), end: () => reserve.end() },
    idle,
  );
  const { execute } = lane;

  let closing: Promise<void> | undefined;
  async function endPools(): Promise<void> {
    await Promise.all([lane.queries.destroy(), urgent.queries.destroy()]);
    // Kysely ends only a pool that it has used itself.
    for (const each of [pool, reserve]) if (!each.ending) await each.end();
  }

  return {
    ...lane,
    urgent,
    schema,
    async fillPool() {
      const made = await Promise.allSettled(Array.from({ length: poolSize }, () => pool.connect()));
      for (const each of made) {
        if (each.status === "fulfilled") each.value.release();
        else onError?.(each.reason);
      }
    },
    async prepareUrgent() {
      (await reserve.connect()).release();
    },
    async connect() {
      const client = new pg.Client({
        ...clientConfig,
        statement_timeout: 0,
        connectionTimeoutMillis: connectTimeoutMs,
      });
      client.on("error", (error) => onError?.(error));
      await client.connect();
      return client;
    },
    async now() {
      const [row] = await execute<{ now: Date }>("select clock_timestamp() as now");
      if (!row) throw new AppError("database_unreachable");
      return row.now.getTime();
    },
    close() {
      closing ??= endPools();
      return closing;
    },
  };
}

/** @param choose the pool that a statement by itself takes */
function createLane(pool: PostgresPool, choose: () => pg.Pool): DatabaseLane {
  const queries = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    queries,
    transaction: (work) => runTransaction(queries, work),
    async execute<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = [], name?: string) {
      const statement = { text, values: [...values], ...(name === undefined ? {} : { name }) };
      return (await choose().query<Row>(statement)).rows;
    },
  };
}

/** In the driver, what a URL says wins over what stands beside it: our options go behind the URL's own. */
function toClientConfig(connection: DatabaseConnection, options: string): pg.ClientConfig {
  if (!("url" in connection)) return { ...connection, options };
  const [address = "", query = ""] = connection.url.split("?", 2);
  const parameters = new URLSearchParams(query);
  parameters.set("options", [...parameters.getAll("options"), options].join(" "));
  return { connectionString: `${address}?${parameters}` };
}

/** A schema's name goes into SQL unquoted. */
function assertSchemaName(schema: string): void {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
    throw new AppError("config_invalid", `database.schema: "${schema}" is not a plain lower-case PostgreSQL name`);
  }
}
