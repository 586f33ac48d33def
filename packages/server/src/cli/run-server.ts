import { randomSecret } from "../crypto/digest.ts";
import { createHoldfast } from "../holdfast.ts";
import { listen } from "../http/listen.ts";
import { createManagementApp } from "../http/management-app.ts";
import type { Logger } from "../logging/logger.ts";
import { createPracticeProvider } from "../practice/index.ts";
import { callbackPath } from "../signin/index.ts";
import { startCompanion } from "./companions.ts";
import type { Deployment } from "./deployment.ts";
import { openServerDatabase } from "./open-database.ts";
import { notePorts } from "./ports.ts";

// A load balancer needs a moment to notice that we are not ready any more, and requests under way need to finish.
const drainMs = 25_000;
const defaultManagementPort = 9464;

/** What runs, for the ready line and the banner. */
export interface RunningServer {
  readonly issuer: string;
  readonly practice: string | null;
  readonly management: string;
  readonly database: string;
  readonly companions: readonly {
    readonly name: string;
    readonly pid: number;
    readonly ready: Record<string, unknown>;
  }[];
  readonly postgresPid: number | null;
  stop(): Promise<void>;
}

/** Starts everything of a deployment; what has been started is stopped again when something fails. */
export async function runServer(deployment: Deployment, logger: Logger, command: string): Promise<RunningServer> {
  const closers: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    return await startAll({ deployment, logger, command, closers, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

interface StartDeps {
  readonly deployment: Deployment;
  readonly logger: Logger;
  readonly command: string;
  readonly closers: (() => Promise<void>)[];
  readonly stop: () => Promise<void>;
}

async function startAll({ deployment, logger, command, closers, stop }: StartDeps): Promise<RunningServer> {
  const isDevelopment = deployment.config.mode === "development";
  const database = await openServerDatabase(deployment, { logger, command });
  closers.push(() => database.close());
  if (isDevelopment) notePorts(deployment.dataDirectory, deployment.ports);

  const needsPractice = isDevelopment && deployment.config.providers.length === 0;
  const practice = needsPractice ? await startPractice(deployment, logger) : null;
  if (practice) closers.push(practice.close);
  const config = practice ? practiceConfig(deployment, practice.issuer, practice.clientSecret) : deployment.config;

  const holdfast = await createHoldfast(config, { connection: database.connection, logger });
  closers.push(() => holdfast.close());

  const { management } = config;
  const managementPort = management.port ?? (isDevelopment ? deployment.ports.management : defaultManagementPort);
  const managementListener = await listen({
    fetch: createManagementApp(holdfast.metrics).fetch,
    port: managementPort,
    host: management.host,
  });
  closers.push(() => managementListener.close(0));

  const host = config.host ?? (isDevelopment ? "127.0.0.1" : undefined);
  const listener = await listen({ fetch: holdfast.fetch, port: config.port, host });
  closers.push(async () => {
    await holdfast.drain();
    await listener.close(drainMs);
  });

  const companions = [];
  for (const companion of isDevelopment ? config.companions : []) {
    const started = await startCompanion(companion, { issuer: config.issuer, logger });
    closers.push(() => started.stop());
    companions.push(started);
  }
  return {
    issuer: config.issuer,
    practice: practice?.issuer ?? null,
    management: `http://${management.host}:${managementListener.port}`,
    database: database.description,
    companions,
    get postgresPid() {
      return database.pid();
    },
    stop,
  };
}

async function startPractice({ config, ports }: Deployment, logger: Logger) {
  const clientSecret = randomSecret();
  const issuer = `http://localhost:${ports.practice}`;
  const provider = await createPracticeProvider({
    issuer,
    port: ports.practice,
    mode: config.mode,
    clients: [
      { clientId: "holdfast", clientSecret, redirectUris: [`${config.issuer}${callbackPath}`], name: "Holdfast" },
    ],
    logger,
  });
  return { issuer, clientSecret, close: () => provider.close() };
}

/** The same configuration with the practice provider as the only one. */
function practiceConfig(deployment: Deployment, issuer: string, clientSecret: string) {
  const template = { id: "practice", name: "Practice provider", type: "oidc" as const, scope: "openid profile email" };
  const limits = { clockTolerance: 300, timeout: 5 };
  return {
    ...deployment.config,
    providers: [{ ...template, ...limits, issuer, clientId: "holdfast", clientSecret }],
  };
}
