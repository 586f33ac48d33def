import { createAccounts } from "./accounts/index.ts";
import { createClients, rememberTokenLifetimes } from "./clients/index.ts";
import type { Config } from "./config/index.ts";
import { createExpiry } from "./expiry/index.ts";
import type { Ending } from "./failover/index.ts";
import { createCarriers, createFeed } from "./feed/index.ts";
import { createGrants } from "./grants/index.ts";
import { createKeys, setKeys } from "./keys/index.ts";
import type { Closers, Platform } from "./platform.ts";
import { createProviders } from "./providers/index.ts";
import { createRevocation } from "./revocation/index.ts";
import { createServices } from "./services/index.ts";
import { createSessions, showLiveSessions } from "./sessions/index.ts";
import { createSignals } from "./signals/index.ts";
import { callbackPath } from "./signin/index.ts";
import { createTimeline } from "./timeline/index.ts";
import { createUsers } from "./users/index.ts";
import { createWebhooks } from "./webhooks/index.ts";

// A revocation is told for as long as a token may live, and a little longer: clocks differ.
const horizonMarginSeconds = 300;
// In development whoever receives webhooks runs on this machine.
const loopbackNetworks = ["127.0.0.0/8", "::1"];
// Whoever receives a security event may take it up this much later.
const longestSetSeconds = 86_400;

/** Everything that an instance can do, before anybody can ask for it. */
export type Features = Awaited<ReturnType<typeof createFeatures>>;

/** Builds the features, each given what it stands on. */
export async function createFeatures(config: Config, platform: Platform, closers: Closers) {
  const { issuer } = platform;
  const clients = createClients(config.clients, config.tokens);
  const services = createServices(config.services);
  const lifetimes = await rememberTokenLifetimes({ ...platform, longest: clients.longestAccessToken });
  closers.push(() => lifetimes.close());
  const { longestAlive } = lifetimes;
  const keys = await createKeys({
    ...platform,
    settings: { ...config.keys, longestToken: longestAlive, signInline: config.workers > 1 },
  });
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
  const horizon = longestAlive + horizonMarginSeconds;
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
