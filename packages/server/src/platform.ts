import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { type Clock, systemClock } from "./clock/clock.ts";
import { createDatabaseClock, maximumSkewMs } from "./clock/database-clock.ts";
import type { Config } from "./config/index.ts";
import { createKeyRing, type KeyRing } from "./crypto/key-ring.ts";
import { createEvents, type Events } from "./events/index.ts";
import { createFailover, type Failover } from "./failover/index.ts";
import { createLogger, type Logger } from "./logging/logger.ts";
import { createMetrics, type Metrics } from "./metrics/metrics.ts";
import { startOtlp } from "./metrics/otlp.ts";
import { createDatabase, type Database, type DatabaseConnection } from "./storage/database.ts";
import { migrate } from "./storage/migrate.ts";

export interface PlatformOptions {
  readonly connection: DatabaseConnection;
  /** Default: this machine's clock, corrected by the database's. */
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** What operators call this node. Default: the machine's name and the process, as in `web-1[4242]`. */
  readonly node?: string;
  /** Whether it does by itself what falls due: sends webhooks, looks for sessions that run out. Default: true. */
  readonly background?: boolean;
}

/** What every feature stands on, and none of which knows a feature. */
export interface Platform {
  readonly issuer: string;
  /** What operators call this node. */
  readonly node: string;
  readonly database: Database;
  readonly clock: Clock;
  readonly events: Events;
  readonly failover: Failover;
  readonly keyRing: KeyRing;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Told of trouble in background work, which is tried again by itself. */
  readonly onError: (error: unknown) => void;
  /** The database's clock minus this node's, in milliseconds. */
  readonly clockSkewMs: () => number;
}

/** What is to be closed, the last first. */
export type Closers = (() => Promise<void>)[];

/** @throws AppError `database_unreachable`, `database_too_old`, `database_newer` */
export async function createPlatform(config: Config, options: PlatformOptions, closers: Closers): Promise<Platform> {
  const logger = options.logger ?? createLogger({ level: config.logs.level });
  const onError = (error: unknown) => logger.warn({ err: error }, "background work failed; it will be tried again");
  const database = createDatabase({ connection: options.connection, ...config.database, onError });
  closers.push(() => database.close());
  await migrate(database);
  // Made while nothing is wrong: see `Database.urgent`.
  await database.prepareUrgent();
  // A command needs one or two.
  if (options.background ?? true) await database.fillPool();

  const onSkew = (skewMs: number) => logSkew(logger, skewMs);
  const elapsed = () => performance.now();
  const deps = { databaseNow: database.now, local: systemClock, elapsed, onError, onSkew };
  const databaseClock = options.clock ? null : await createDatabaseClock(deps);
  closers.push(async () => databaseClock?.stop());
  const clock = options.clock ?? databaseClock ?? systemClock;
  const clockSkewMs = () => databaseClock?.skewMs ?? 0;

  const failover = await createFailover({ database, clock, logger, onError });
  const metrics = createMetrics();
  const events = createEvents({ database, clock, metrics, onError, onAppended: failover.noteAppended });
  closers.push(() => events.close());
  const help = "The database's clock minus this node's.";
  metrics.gauge("holdfast_database_clock_skew_seconds", help, () => clockSkewMs() / 1000);
  const { endpoint, every } = config.metrics.otlp;
  if (endpoint !== undefined) {
    const resource = {
      "service.name": "holdfast",
      "service.instance.id": randomUUID(),
      "holdfast.issuer": config.issuer,
    };
    const otlp = await startOtlp({ endpoint, every, resource, collect: metrics.collect, onError });
    closers.push(() => otlp.stop());
  }
  const keyRing = createKeyRing(config.secrets);
  const node = options.node ?? `${hostname()}[${process.pid}]`;
  const reporting = { logger, metrics, onError, clockSkewMs };
  return { issuer: config.issuer, node, database, clock, events, failover, keyRing, ...reporting };
}

function logSkew(logger: Logger, skewMs: number): void {
  if (Math.abs(skewMs) <= maximumSkewMs) logger.info({ skewMs }, "this node's clock is right again");
  else logger.error({ skewMs }, "this node's clock is not the database's: it is not ready; see to NTP");
}
