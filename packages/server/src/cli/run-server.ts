import type { Config } from "../config/index.ts";
import { randomSecret } from "../crypto/digest.ts";
import { listen } from "../http/listen.ts";
import { createManagementApp } from "../http/management-app.ts";
import type { Logger } from "../logging/logger.ts";
import type { MetricsReport } from "../metrics/aggregate.ts";
import { createPracticeProvider } from "../practice/index.ts";
import { callbackPath } from "../signin/index.ts";
import { startCompanion } from "./companions.ts";
import type { Deployment } from "./deployment.ts";
import { type OpenDatabase, openServerDatabase } from "./open-database.ts";
import { notePorts } from "./ports.ts";
import { serveInstance } from "./serve-instance.ts";
import { startWorkers } from "./workers/workers.ts";

const defaultManagementPort = 9464;
// A worker refreshes over one connection, and needs others for sign-ins and for what it does by itself.
const fewestConnections = 3;

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
  /** Of the processes that answer, where they are others than this one. */
  readonly workerPids: readonly number[];
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
  const needsPractice = isDevelopment && deployment.config.providers.length === 0;
  const { issuer } = deployment.config;
  const companionsToStart = isDevelopment ? deployment.config.companions : [];
  // None of them waits for another: together they take as long as the slowest.
  const [database, practice, ...companions] = await allStarted(closers, [
    openServerDatabase(deployment, { logger, command }),
    needsPractice ? startPractice(deployment, logger) : null,
    ...companionsToStart.map((companion) => startCompanion(companion, { issuer, logger })),
  ]);
  // Not before the directory is ours: whoever holds it has noted theirs.
  if (isDevelopment) notePorts(deployment.dataDirectory, deployment.ports);
  const config = practice ? practiceConfig(deployment, practice) : deployment.config;

  const serving = await serve(config, { database, logger });
  closers.push(() => serving.close());
  const managementListener = await listenForOperator(deployment, serving.metrics);
  closers.push(() => managementListener.close(0));

  return {
    issuer,
    practice: practice?.issuer ?? null,
    management: `http://${config.management.host}:${managementListener.port}`,
    database: database.description,
    companions,
    get postgresPid() {
      return database.pid();
    },
    get workerPids() {
      return serving.pids;
    },
    stop,
  };
}

/** What answers people and apps: this process, or several that share its port. */
interface Serving {
  readonly pids: readonly number[];
  readonly metrics: MetricsReport;
  close(): Promise<void>;
}

interface ServeDeps {
  readonly database: OpenDatabase;
  readonly logger: Logger;
}

async function serve(config: Config, { database, logger }: ServeDeps): Promise<Serving> {
  const { connection } = database;
  if (config.workers === 1) {
    const { holdfast, close } = await serveInstance(config, { connection, logger });
    return { pids: [], metrics: holdfast.metrics, close };
  }
  const poolSize = Math.max(fewestConnections, Math.ceil(config.database.poolSize / config.workers));
  return startWorkers({ count: config.workers, connection, poolSize, logger });
}

interface Closeable {
  close(): Promise<void>;
}

/** Waits for all that is starting. When one fails, the others are first let start, so that they can be stopped. */
async function allStarted<Parts extends readonly (Promise<Closeable> | null)[]>(
  closers: (() => Promise<void>)[],
  parts: [...Parts],
): Promise<{ [Index in keyof Parts]: Awaited<Parts[Index]> }> {
  const settled = await Promise.allSettled(parts);
  for (const part of settled) {
    if (part.status === "fulfilled" && part.value) closers.push(() => part.value?.close() ?? Promise.resolve());
  }
  const failed = settled.find((part): part is PromiseRejectedResult => part.status === "rejected");
  if (failed) throw failed.reason;
  return (await Promise.all(parts)) as { [Index in keyof Parts]: Awaited<Parts[Index]> };
}

function listenForOperator({ config, ports }: Deployment, metrics: MetricsReport) {
  const { port, host } = config.management;
  const usual = config.mode === "development" ? ports.management : defaultManagementPort;
  return listen({ fetch: createManagementApp(metrics).fetch, port: port ?? usual, host });
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
function practiceConfig(
  deployment: Deployment,
  { issuer, clientSecret }: { readonly issuer: string; readonly clientSecret: string },
) {
  const template = { id: "practice", name: "Practice provider", type: "oidc" as const, scope: "openid profile email" };
  const limits = { clockTolerance: 300, timeout: 5 };
  return {
    ...deployment.config,
    providers: [{ ...template, ...limits, issuer, clientId: "holdfast", clientSecret }],
  };
}
