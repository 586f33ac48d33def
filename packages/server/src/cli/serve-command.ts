import cluster from "node:cluster";
import { defineCommand } from "citty";
import pretty from "pino-pretty";
import { findWarnings, type Mode } from "../config/index.ts";
import { AppError } from "../http/app-error.ts";
import { createLogger, type Logger } from "../logging/logger.ts";
import { commonArguments } from "./arguments.ts";
import { formatBanner, formatReadyLine } from "./banner.ts";
import { type Deployment, readDeployment } from "./deployment.ts";
import { pickPorts } from "./ports.ts";
import { runServer } from "./run-server.ts";
import { runWorker } from "./workers/worker.ts";

interface ServeOptions {
  readonly name: "dev" | "start";
  readonly mode: Mode;
  readonly description: string;
}

/** `holdfast dev` and `holdfast start`: the same server, forgiving or strict. */
export function serveCommand({ name, mode, description }: ServeOptions) {
  return defineCommand({
    meta: { name, description },
    args: {
      port: {
        type: "string",
        description: "The port for people and apps. Default: 4000 (or PORT); 0 picks a free one",
      },
      ...commonArguments,
      json: { type: "boolean", description: "Print one JSON line when ready, and logs as JSON on standard error" },
    },
    async run({ args }) {
      const started = performance.now();
      const deployment = await readDeployment({
        mode,
        config: args.config,
        data: args.data,
        port: parsePort(args.port),
        pickPorts: mode === "development" ? pickPorts : undefined,
      });
      const logger = createServerLogger(deployment, args.json ?? false);
      // The first process has said what is to be said, and has what is to be had once.
      if (cluster.isWorker) return runWorker(deployment.config, logger);
      if (mode === "development") {
        logger.warn(
          "development mode: a secret of its own making, http, and sign-ins of anyone; never run it in public",
        );
      }
      for (const { message, ...warning } of findWarnings(deployment.config)) logger.warn(warning, message);
      const server = await runServer(deployment, logger, `holdfast ${name}`);
      stopOnSignal(logger, () => server.stop());
      const seconds = (performance.now() - started) / 1000;
      process.stdout.write(`${args.json ? formatReadyLine(server) : formatBanner(server, deployment, seconds)}\n`);
    },
  });
}

function parsePort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new AppError("invalid_request", `--port is not a whole number from 0 to 65535: "${text}".`);
  }
  return Number(text);
}

/** People read logs in colour on their terminal; programs read JSON lines. The ready line has standard output to itself. */
function createServerLogger({ config }: Deployment, isJson: boolean): Logger {
  const { level } = config.logs;
  const isForPeople = config.mode === "development" && !isJson;
  if (isForPeople) {
    const destination = pretty({
      ignore: "pid,hostname,service",
      translateTime: "HH:MM:ss.l",
      destination: 2,
      sync: true,
    });
    return createLogger({ level, destination });
  }
  return createLogger({ level, destination: isJson ? process.stderr : process.stdout });
}

function stopOnSignal(logger: Logger, stop: () => Promise<void>): void {
  let isStopping = false;

  async function stopOnce(): Promise<void> {
    if (isStopping) return;
    isStopping = true;
    try {
      await stop();
      process.exit(0);
    } catch (error) {
      logger.error({ err: error }, "stopping failed");
      process.exit(1);
    }
  }

  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stopOnce);
}
