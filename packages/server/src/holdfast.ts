import { createAccounts } from "./accounts/index.ts";
import { createClients } from "./clients/index.ts";
import { type Clock, systemClock } from "./clock/clock.ts";
import { createDatabaseClock, maximumSkewMs } from "./clock/database-clock.ts";
import type { Config } from "./config/index.ts";
import { createKeyRing } from "./crypto/key-ring.ts";
import { createEvents } from "./events/index.ts";
import { createFeed, createFeedRoutes } from "./feed/index.ts";
import { createGrants, createRefreshCookies, createRefreshRoutes } from "./grants/index.ts";
import { createApp } from "./http/app.ts";
import { createCookie } from "./http/cookies.ts";
import { createHealthRoutes } from "./http/health-routes.ts";
import { createKeys } from "./keys/index.ts";
import { createLogger, type Logger } from "./logging/logger.ts";
import { createMetrics } from "./metrics/metrics.ts";
import { createMetadataRoutes } from "./openid/index.ts";
import { createPages } from "./pages/index.ts";
import { createProviders } from "./providers/index.ts";
import { createSessions } from "./sessions/index.ts";
import { callbackPath, createSignin } from "./signin/index.ts";
import { createSiteRoutes } from "./site/index.ts";
import { createDatabase, type DatabaseConnection } from "./storage/database.ts";
import { migrate } from "./storage/migrate.ts";
import { createUsers } from "./users/index.ts";

// A revocation is told for as long as a token may live, and a little longer: clocks differ.
const horizonMarginSeconds = 300;

export interface HoldfastOptions {
  readonly connection: DatabaseConnection;
  /** Default: this machine's clock, corrected by the database's. */
  readonly clock?: Clock;
  readonly logger?: Logger;
}

/** A whole identity provider. */
export type Holdfast = Awaited<ReturnType<typeof createHoldfast>>;

/**
 * Makes an identity provider: a value with its own PostgreSQL schema, clock, keys and routes. Several may live in one
 * process. Close it when done.
 *
 * @example
 * const holdfast = await createHoldfast(config, { connection: { url: "postgres://localhost/holdfast" } });
 * const response = await holdfast.fetch(new Request("http://localhost:4000/jwks"));
 * await holdfast.close();
 *
 * @throws AppError `database_unreachable`, `database_too_old`, `database_newer`, `secret_wrong`
 */
export async function createHoldfast(config: Config, options: HoldfastOptions) {
  const { issuer, secure } = config;
  const logger = options.logger ?? createLogger({ level: config.logs.level });
  const onError = (error: unknown) => logger.warn({ err: error }, "background work failed; it will be tried again");
  const database = createDatabase({ connection: options.connection, ...config.database, onError });
  const closers: (() => Promise<void>)[] = [() => database.close()];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };

  try {
    await migrate(database);
    const databaseClock = options.clock
      ? null
      : await createDatabaseClock({ databaseNow: database.now, local: systemClock, onError });
    const clock = options.clock ?? databaseClock ?? systemClock;
    closers.push(async () => databaseClock?.stop());

    const metrics = createMetrics();
    const keyRing = createKeyRing(config.secrets);
    const clients = createClients(config.clients, config.tokens);
    const events = createEvents({ database, clock, onError });
    closers.push(() => events.close());
    const keys = await createKeys({
      database,
      events,
      clock,
      keyRing,
      settings: { ...config.keys, longestToken: clients.longestAccessToken },
      onError,
    });
    closers.push(() => keys.close());

    const onBatch = (size: number) => metrics.refreshBatches.observe(size);
    const grants = createGrants({
      database,
      events,
      clock,
      keyRing,
      keys,
      issuer,
      sessionIdle: config.sessions.idle,
      onBatch,
    });
    const sessions = createSessions({ database, events, clock, grants, settings: config.sessions });
    const users = createUsers({ database, events, clock, sessions });
    const accounts = createAccounts({ database, events, clock, grants });
    const redirectUri = `${issuer}${callbackPath}`;
    const { defaultProvider } = config.signin;
    const providers = createProviders({ configured: config.providers, defaultProvider, redirectUri, clock });
    const feed = await createFeed({
      database,
      events,
      clock,
      settings: { ...config.feed, horizon: clients.longestAccessToken + horizonMarginSeconds },
      onError,
    });
    closers.push(() => feed.close());

    const pages = createPages({ brandName: config.brand.name });
    const sessionCookie = createCookie("holdfast_session", secure, { path: "/", sameSite: "Lax" });
    const refreshCookies = createRefreshCookies({ isSecure: secure, clock });
    const origins = { issuer, isKnownOrigin: clients.isKnownOrigin };
    const signin = createSignin({
      ...{ config, database, events, clock, keyRing, clients, providers, users, accounts, sessions, grants, pages },
      ...{ origins, sessionCookie, refreshCookies, metrics, onError },
    });
    closers.push(() => signin.close());

    const refreshRoutes = createRefreshRoutes({
      issuer,
      refresh: grants.refresh,
      clients,
      cookies: refreshCookies,
      origins,
      async onOutcome(outcome, client, requestId) {
        metrics.refreshes.inc({ client: client.id, verdict: outcome.verdict });
        if (outcome.kind !== "refused" || outcome.reason !== "reuse_detected") return;
        // Also when the lineage had ended before: should a crash have come between the two ends, this is the second.
        if (config.sessions.endOnReuse && outcome.sessionId !== null) {
          await sessions.revoke({ id: outcome.sessionId }, "reuse_detected", requestId);
        }
        events.announce();
      },
    });

    let isStopping = false;
    const health = createHealthRoutes({
      process: async () => (isStopping ? "stopping" : null),
      database: () => database.now().then(() => null),
      clock: async () => skewProblem(databaseClock?.skewMs ?? 0),
    });

    metrics.gauge("holdfast_feed_followers", "Services that follow the feed on this node.", () => feed.followers);
    metrics.gauge(
      "holdfast_database_clock_skew_seconds",
      "The database's clock minus this node's.",
      () => (databaseClock?.skewMs ?? 0) / 1000,
    );

    const scopes = [...new Set(clients.all().flatMap(({ scope }) => scope.split(" ").filter(Boolean)))];
    const app = createApp({
      ...{ issuer, clock, logger, metrics, pages, trustedProxies: config.trustedProxies },
      routes: [
        createSiteRoutes({ issuer, pages, sessions, sessionCookie, users }),
        signin.routes,
        refreshRoutes,
        createMetadataRoutes({ issuer, keys, scopes }),
        createFeedRoutes(feed),
        health,
      ],
    });

    return {
      issuer,
      clock,
      logger,
      metrics,
      clients,
      keys,
      users,
      accounts,
      sessions,
      admission: signin.admission,
      /** The database's clock minus this node's, in milliseconds. */
      clockSkewMs: () => databaseClock?.skewMs ?? 0,
      grants,
      /** Answers one request, as web standards have it. */
      fetch: app.fetch,
      /** Tells health checks and followers to go elsewhere; requests are still served. */
      async drain() {
        isStopping = true;
        await feed.close();
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function skewProblem(skewMs: number): string | null {
  if (Math.abs(skewMs) <= maximumSkewMs) return null;
  return `this node's clock is ${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? "behind" : "ahead of"} the database's`;
}
