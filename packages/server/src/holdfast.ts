import { setTimeout as delay } from "node:timers/promises";
import { createAccounts } from "./accounts/index.ts";
import { createClients } from "./clients/index.ts";
import { maximumSkewMs } from "./clock/database-clock.ts";
import type { Config } from "./config/index.ts";
import { createDeliveryCleaning } from "./deliveries/index.ts";
import { createEventUpkeep } from "./events/index.ts";
import { createExpiry } from "./expiry/index.ts";
import type { Ending } from "./failover/index.ts";
import { createCarriers, createFeed, createFeedCleaning, createFeedRoutes } from "./feed/index.ts";
import { createGrants, createRefreshCookies, createRefreshRoutes, type RefreshOutcome } from "./grants/index.ts";
import { createApp } from "./http/app.ts";
import { createCookie } from "./http/cookies.ts";
import { createHealthRoutes } from "./http/health-routes.ts";
import { createRateLimits } from "./http/rate-limit.ts";
import { createHygiene, type Hygiene } from "./jobs/hygiene.ts";
import { createKeyCleaning, createKeys, joinKeySets, setKeys } from "./keys/index.ts";
import { createMetadataRoutes } from "./openid/index.ts";
import { createPages } from "./pages/index.ts";
import { type Closers, createPlatform, type Platform, type PlatformOptions } from "./platform.ts";
import { createProviders } from "./providers/index.ts";
import { createRevocation, createRevocationRoutes } from "./revocation/index.ts";
import { createServiceGuard, createServices } from "./services/index.ts";
import { createSessionCleaning, createSessions, showLiveSessions } from "./sessions/index.ts";
import { createSignalMetadataRoutes, createSignalRoutes, createSignals } from "./signals/index.ts";
import { callbackPath, createSignin, createSigninCleaning } from "./signin/index.ts";
import { createSiteRoutes } from "./site/index.ts";
import { createTimeline, createTimelineRoutes } from "./timeline/index.ts";
import {
  createIntrospection,
  createIntrospectionRoutes,
  createTokenRevocation,
  createTokenRevocationRoutes,
} from "./tokens/index.ts";
import { createUsage, createUsageCleaning, createUsageRoutes } from "./usage/index.ts";
import { createUsers } from "./users/index.ts";
import { createWebhookRoutes, createWebhooks } from "./webhooks/index.ts";

export type HoldfastOptions = PlatformOptions;

/** A whole identity provider. */
export type Holdfast = Awaited<ReturnType<typeof createHoldfast>>;

// A revocation is told for as long as a token may live, and a little longer: clocks differ.
const horizonMarginSeconds = 300;
// In development whoever receives webhooks runs on this machine.
const loopbackNetworks = ["127.0.0.0/8", "::1"];
// Whoever receives a security event may take it up this much later.
const longestSetSeconds = 86_400;

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
    if (options.background ?? true) {
      features.webhooks.start();
      features.signals.start();
      features.expiry.start();
    }
    const hygiene = createCleaning(config, platform);
    closers.push(() => hygiene.close());
    let isStopping = false;
    const app = createRoutes({ config, platform, features, isStopping: () => isStopping });
    const { issuer, clock, failover, logger, metrics, clockSkewMs } = platform;
    return {
      issuer,
      clock,
      failover,
      logger,
      metrics,
      clockSkewMs,
      ...features,
      hygiene,
      /** Answers one request, as web standards have it. */
      fetch: app.fetch,
      admission: app.admission,
      /**
       * Tells health checks, and when these had time to act upon it followers, to go elsewhere; requests are still
       * served.
       *
       * @param noticeMs between the two. Default: none
       */
      async drain(noticeMs = 0) {
        isStopping = true;
        await Promise.all([hygiene.close(), delay(noticeMs)]);
        await features.feed.close();
        features.signals.drain();
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
  const { issuer } = platform;
  const clients = createClients(config.clients, config.tokens);
  const services = createServices(config.services);
  const { longestAccessToken } = clients;
  const keys = await createKeys({ ...platform, settings: { ...config.keys, longestToken: longestAccessToken } });
  closers.push(() => keys.close());
  const grants = createGrants({ ...platform, keys, sessionIdle: config.sessions.idle });
  const sessions = createSessions({ ...platform, grants, settings: config.sessions });
  showLiveSessions(platform);
  await platform.failover.follow({ ...platform, endAgain: createEndAgain({ sessions, grants }) });
  closers.push(() => platform.failover.close());
  const users = createUsers({ ...platform, sessions });
  const accounts = createAccounts({ ...platform, grants });
  const revocation = createRevocation({ ...platform, accounts, clients, grants, sessions, users });
  const providers = createProviders({
    ...platform,
    configured: config.providers,
    defaultProvider: config.signin.defaultProvider,
    redirectUri: `${issuer}${callbackPath}`,
  });
  const horizon = longestAccessToken + horizonMarginSeconds;
  const carriers = createCarriers({ ...platform, horizon, nats: config.feed.nats });
  const feed = await createFeed({ ...platform, carriers, settings: { ...config.feed, horizon } });
  closers.push(() => feed.close());
  const expiry = createExpiry({ ...platform, sessions, settings: config.sessions });
  closers.push(() => expiry.close());
  const isDevelopment = config.mode === "development";
  const outbound = {
    allow: [...config.outbound.allow, ...(isDevelopment ? loopbackNetworks : [])],
    allowsLoopbackHttp: isDevelopment,
  };
  const webhooks = createWebhooks({
    ...platform,
    ...outbound,
    isClient: (id) => clients.all().some((client) => client.id === id),
  });
  closers.push(() => webhooks.close());
  const setSigners = await createSetSigners(config, platform, closers);
  const signals = createSignals({ ...platform, ...outbound, services, keys: setSigners ?? keys });
  closers.push(() => signals.close());
  const timeline = createTimeline({ ...platform, sessions, users, providers, news: [feed, webhooks, signals] });
  const identity = { clients, services, keys, setSigners, grants, sessions, users, accounts, revocation, providers };
  return { ...identity, feed, timeline, expiry, webhooks, signals };
}

/** The keys that sign security event tokens; null where no service may receive any. */
async function createSetSigners(config: Config, platform: Platform, closers: Closers) {
  if (!config.services.some(({ may }) => may.includes("signals"))) return null;
  const settings = { ...config.keys, longestToken: longestSetSeconds };
  const signers = await createKeys({ ...platform, settings, kind: setKeys });
  closers.push(() => signers.close());
  return signers;
}

/** What leaves the database when, by whoever put it there. */
function createCleaning({ history: { keep }, webhooks }: Config, platform: Platform): Hygiene {
  const eventUpkeep = createEventUpkeep({ ...platform, keep });
  const rules = [
    ...createSigninCleaning(platform),
    ...createKeyCleaning(platform),
    ...createUsageCleaning(platform),
    createSessionCleaning({ ...platform, keep }),
    createDeliveryCleaning({ ...platform, ...webhooks }),
    createFeedCleaning({ ...platform, keep }),
    ...eventUpkeep.rules,
  ];
  return createHygiene({ ...platform, rules, chores: [eventUpkeep.chore] });
}

/** Ends again what a failover has lost: sessions with their grants, and the grants that had ended by themselves. */
function createEndAgain({ sessions, grants }: Pick<Features, "sessions" | "grants">) {
  return async (endings: readonly Ending[]): Promise<void> => {
    for (const [reason, each] of Map.groupBy(endings, (ending) => ending.reason)) {
      const idsOf = (subject: Ending["subject"]) =>
        each.filter((ending) => ending.subject === subject).map(({ id }) => id);
      await sessions.revoke({ ids: idsOf("session") }, reason, { cause: "failover" });
      await grants.endEach(idsOf("grant"), reason, { cause: "failover" });
    }
  };
}

interface RoutesDeps {
  readonly config: Config;
  readonly platform: Platform;
  readonly features: Features;
  readonly isStopping: () => boolean;
}

/** Mounts every feature. */
function createRoutes({ config, platform, features, isStopping }: RoutesDeps) {
  const { issuer } = platform;
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
    refreshCookies: createRefreshCookies({ ...platform, isSecure: config.secure }),
  };
  const signin = createSignin(shared);
  const onOutcome = createReuseWatch(config, platform, features);
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
      createIntrospectionRoutes({ ...shared, introspection: createIntrospection(shared) }),
      createTokenRevocationRoutes({ ...shared, tokenRevocation: createTokenRevocation(shared) }),
      createRevocationRoutes(shared),
      createUsageRoutes({ ...shared, usage: createUsage(shared) }),
      createMetadataRoutes({ ...shared, keys: joinKeySets(...publishedKeys(features)), scopes }),
      createFeedRoutes(shared),
      createWebhookRoutes(issuer),
      createSignalMetadataRoutes(shared),
      createSignalRoutes(shared),
      createHealthRoutes({
        process: async () => (isStopping() ? "stopping" : null),
        database: () => platform.database.now().then(() => null),
        clock: async () => skewProblem(platform.clockSkewMs()),
      }),
    ],
  });
  return { fetch, admission: signin.admission };
}

function publishedKeys({ keys, setSigners }: Features) {
  return setSigners ? [keys, setSigners] : [keys];
}

/** Lets a reuse end the session as well, where that is the configuration, and tells who follows. */
function createReuseWatch({ sessions: { endOnReuse } }: Config, { events }: Platform, { sessions }: Features) {
  return async (outcome: RefreshOutcome, requestId: string): Promise<void> => {
    if (outcome.kind !== "refused" || outcome.reason !== "reuse_detected") return;
    // Also when the lineage had ended before: should a crash have come between the two ends, this is the second.
    if (endOnReuse && outcome.sessionId !== null) {
      await sessions.revoke({ id: outcome.sessionId }, "reuse_detected", { requestId });
    }
    events.announce();
  };
}

function skewProblem(skewMs: number): string | null {
  if (Math.abs(skewMs) <= maximumSkewMs) return null;
  return `this node's clock is ${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? "behind" : "ahead of"} the database's`;
}
