import { randomSecret } from "../crypto/digest.ts";
import { createHoldfast, type Holdfast } from "../holdfast.ts";
import { listen } from "../http/listen.ts";
import { createManagementApp } from "../http/management-app.ts";
import type { Logger } from "../logging/logger.ts";
import { createPracticeProvider } from "../practice/index.ts";
import { callbackPath } from "../signin/index.ts";
import { startCompanion } from "./companions.ts";
import type { Deployment } from "./deployment.ts";
import { openServerDatabase } from "./open-database.ts";
import { notePorts } from "./ports.ts";

// From being told to stop until what is still under way is cut.
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

  const holdfast = await createHoldfast(config, { connection: database.connection, logger });
  closers.push(() => holdfast.close());
  const managementListener = await listenForOperator(deployment, holdfast);
  closers.push(() => managementListener.close(0));
  const host = config.host ?? (isDevelopment ? "127.0.0.1" : undefined);
  const listener = await listen({ fetch: holdfast.fetch, port: config.port, host, ownsProcess: true });
  // A load balancer needs a moment to notice that we are not ready any more; the one at the desk does not.
  const noticeMs = isDevelopment ? 0 : config.shutdown.notice * 1000;
  closers.push(async () => {
    listener.endKeepAlive();
    await holdfast.drain(noticeMs);
    await listener.close(drainMs - noticeMs);
  });

  return {
    issuer,
    practice: practice?.issuer ?? null,
    management: `http://${config.management.host}:${managementListener.port}`,
    database: database.description,
    companions,
    get postgresPid() {
      return database.pid();
    },
    stop,
  };
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

function listenForOperator({ config, ports }: Deployment, { metrics }: Holdfast) {
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
