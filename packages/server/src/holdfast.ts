import { createAccounts } from "./accounts/index.ts";
import { type Client, createClients } from "./clients/index.ts";
import { maximumSkewMs } from "./clock/database-clock.ts";
import type { Config } from "./config/index.ts";
import { createFeed, createFeedRoutes } from "./feed/index.ts";
import { createGrants, createRefreshCookies, createRefreshRoutes, type RefreshOutcome } from "./grants/index.ts";
import { createApp } from "./http/app.ts";
import { createCookie } from "./http/cookies.ts";
import { createHealthRoutes } from "./http/health-routes.ts";
import { createRateLimits } from "./http/rate-limit.ts";
import { createKeys } from "./keys/index.ts";
import { createMetadataRoutes } from "./openid/index.ts";
import { createPages } from "./pages/index.ts";
import { type Closers, createPlatform, type Platform, type PlatformOptions } from "./platform.ts";
import { createProviders } from "./providers/index.ts";
import { createServiceGuard, createServices } from "./services/index.ts";
import { createSessions } from "./sessions/index.ts";
import { callbackPath, createSignin } from "./signin/index.ts";
import { createSiteRoutes } from "./site/index.ts";
import { createTimeline, createTimelineRoutes } from "./timeline/index.ts";
import { createUsers } from "./users/index.ts";

export type HoldfastOptions = PlatformOptions;

/** A whole identity provider. */
export type Holdfast = Awaited<ReturnType<typeof createHoldfast>>;

// A revocation is told for as long as a token may live, and a little longer: clocks differ.
const horizonMarginSeconds = 300;

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
  const closers: Closers = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const platform = await createPlatform(config, options, closers);
    const features = await createFeatures(config, platform, closers);
    let isStopping = false;
    const app = createRoutes({ config, platform, features, isStopping: () => isStopping }, closers);
    const { issuer, clock, logger, metrics, clockSkewMs } = platform;
    return {
      issuer,
      clock,
      logger,
      metrics,
      clockSkewMs,
      ...features,
      /** Answers one request, as web standards have it. */
      fetch: app.fetch,
      admission: app.admission,
      /** Tells health checks and followers to go elsewhere; requests are still served. */
      async drain() {
        isStopping = true;
        await features.feed.close();
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

type Features = Awaited<ReturnType<typeof createFeatures>>;

/** The features, each given what it stands on. */
async function createFeatures(config: Config, platform: Platform, closers: Closers) {
  const { issuer, metrics } = platform;
  const clients = createClients(config.clients, config.tokens);
  const services = createServices(config.services);
  const { longestAccessToken } = clients;
  const keys = await createKeys({ ...platform, settings: { ...config.keys, longestToken: longestAccessToken } });
  closers.push(() => keys.close());
  const onBatch = (size: number) => metrics.refreshBatches.observe(size);
  const grants = createGrants({ ...platform, keys, sessionIdle: config.sessions.idle, onBatch });
  const sessions = createSessions({ ...platform, grants, settings: config.sessions });
  const users = createUsers({ ...platform, sessions });
  const accounts = createAccounts({ ...platform, grants });
  const providers = createProviders({
    ...platform,
    configured: config.providers,
    defaultProvider: config.signin.defaultProvider,
    redirectUri: `${issuer}${callbackPath}`,
  });
  const horizon = longestAccessToken + horizonMarginSeconds;
  const feed = await createFeed({ ...platform, settings: { ...config.feed, horizon } });
  closers.push(() => feed.close());
  metrics.gauge("holdfast_feed_followers", "Services that follow the feed on this node.", () => feed.followers);
  const timeline = createTimeline({ ...platform, sessions, users, providers });
  return { clients, services, keys, grants, sessions, users, accounts, providers, feed, timeline };
}

interface RoutesDeps {
  readonly config: Config;
  readonly platform: Platform;
  readonly features: Features;
  readonly isStopping: () => boolean;
}

/** Mounts every feature. */
function createRoutes({ config, platform, features, isStopping }: RoutesDeps, closers: Closers) {
  const { issuer, clock } = platform;
  const { clients, grants } = features;
  const limits = createRateLimits({ ...platform, mode: config.mode });
  const shared = {
    ...platform,
    ...features,
    config,
    limits,
    requireService: createServiceGuard({ issuer, services: features.services, limits }),
    origins: { issuer, isKnownOrigin: clients.isKnownOrigin },
    pages: createPages({ brandName: config.brand.name }),
    sessionCookie: createCookie("holdfast_session", config.secure, { path: "/", sameSite: "Lax" }),
    refreshCookies: createRefreshCookies({ isSecure: config.secure, clock }),
  };
  const signin = createSignin(shared);
  closers.push(() => signin.close());
  const onOutcome = createOutcomeWatch(config, platform, features);
  const scopes = [...new Set(clients.all().flatMap(({ scope }) => scope.split(" ").filter(Boolean)))];
  const { fetch } = createApp({
    ...shared,
    trustedProxies: config.trustedProxies,
    routes: [
      createSiteRoutes(shared),
      signin.routes,
      createRefreshRoutes({
        ...shared,
        refresh: grants.refresh,
        cookies: shared.refreshCookies,
        isSomebodyElses: (context, sessionId) =>
          features.sessions.provesSomebodyElse(shared.sessionCookie.read(context), sessionId),
        onOutcome,
      }),
      createTimelineRoutes(shared),
      createMetadataRoutes({ ...shared, scopes }),
      createFeedRoutes(features.feed),
      createHealthRoutes({
        process: async () => (isStopping() ? "stopping" : null),
        database: () => platform.database.now().then(() => null),
        clock: async () => skewProblem(platform.clockSkewMs()),
      }),
    ],
  });
  return { fetch, admission: signin.admission };
}

/** Counts verdicts, and lets a reuse end the session as well, where that is the configuration. */
function createOutcomeWatch(config: Config, { events, metrics }: Platform, { sessions }: Features) {
  return async (outcome: RefreshOutcome, client: Client, requestId: string): Promise<void> => {
    metrics.refreshes.inc({ client: client.id, verdict: outcome.verdict });
    if (outcome.kind !== "refused" || outcome.reason !== "reuse_detected") return;
    // Also when the lineage had ended before: should a crash have come between the two ends, this is the second.
    if (config.sessions.endOnReuse && outcome.sessionId !== null) {
      await sessions.revoke({ id: outcome.sessionId }, "reuse_detected", requestId);
    }
    events.announce();
  };
}

function skewProblem(skewMs: number): string | null {
  if (Math.abs(skewMs) <= maximumSkewMs) return null;
  return `this node's clock is ${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? "behind" : "ahead of"} the database's`;
}
