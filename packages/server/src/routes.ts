import { maximumSkewMs } from "./clock/database-clock.ts";
import type { Config } from "./config/index.ts";
import { createProofs } from "./dpop/index.ts";
import type { Features } from "./features.ts";
import { createFeedRoutes, createTabRoutes } from "./feed/index.ts";
import {
  createRefreshCookies,
  createRefreshRoutes,
  createShedding,
  createSwitching,
  type RefreshOutcome,
} from "./grants/index.ts";
import { createApp } from "./http/app.ts";
import { createCookie } from "./http/cookies.ts";
import { createHealthRoutes } from "./http/health-routes.ts";
import { createRateLimits } from "./http/rate-limit.ts";
import { joinKeySets } from "./keys/index.ts";
import { createMetadataRoutes } from "./openid/index.ts";
import { createPages } from "./pages/index.ts";
import type { Platform } from "./platform.ts";
import { createRevocationRoutes } from "./revocation/index.ts";
import { createServiceGuard } from "./services/index.ts";
import { createSignalMetadataRoutes, createSignalRoutes } from "./signals/index.ts";
import { createSignin } from "./signin/index.ts";
import { createSiteRoutes } from "./site/index.ts";
import { createTimelineRoutes } from "./timeline/index.ts";
import {
  createAccessTokenReader,
  createIntrospection,
  createIntrospectionRoutes,
  createTokenRevocation,
  createTokenRevocationRoutes,
} from "./tokens/index.ts";
import { createUsage, createUsageRoutes } from "./usage/index.ts";
import { createWebhookRoutes } from "./webhooks/index.ts";

export interface RoutesDeps {
  readonly config: Config;
  readonly platform: Platform;
  readonly features: Features;
  readonly isStopping: () => boolean;
}

/** Mounts every feature. */
export function createRoutes({ config, platform, features, isStopping }: RoutesDeps) {
  const { issuer } = platform;
  const { clients, grants } = features;
  const limits = createRateLimits({ ...platform, mode: config.mode, settings: config.limits });
  const shared = {
    ...platform,
    ...features,
    config,
    limits,
    requireService: createServiceGuard({ issuer, services: features.services, limits }),
    origins: { issuer, isKnownOrigin: clients.isKnownOrigin },
    proofs: createProofs(platform),
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
        switching: createSwitching({ ...platform, memberships: features.accounts }),
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
      createTabRoutes({ ...shared, accessTokens: createAccessTokenReader(shared) }),
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
  return {
    fetch,
    answerEarly: createShedding({ ...shared, refresh: grants.refresh }),
    admission: signin.admission,
  };
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
