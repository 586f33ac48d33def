/**
 * The processes that share one port: `holdfast start` runs one for each processor. Each is a node like any other, with a
 * pool, a batch and a feed of its own; the first process, which holds the port, the database's process and the
 * operator's port, answers no requests of people and apps. It starts again whoever ends, and they end with it.
 */
import cluster, { type Worker } from "node:cluster";
import { type ErrorCode, errorCatalogue } from "@holdfast/protocol";
import { AppError } from "../../http/app-error.ts";
import type { Logger } from "../../logging/logger.ts";
import { aggregateMetrics, type MetricsReport } from "../../metrics/aggregate.ts";
import type { CollectedMetric } from "../../metrics/otlp-data.ts";
import type { DatabaseConnection } from "../../storage/database.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { createPace } from "./pace.ts";

export interface WorkersOptions {
  readonly count: number;
  readonly connection: DatabaseConnection;
  /** Connections to the database at most, of each. */
  readonly poolSize: number;
  readonly logger: Logger;
}

export interface Workers {
  readonly pids: readonly number[];
  /** What all of them counted, as one. */
  readonly metrics: MetricsReport;
  /** Lets all of them finish what is under way, as one process would. */
  close(): Promise<void>;
}

// Whoever does not answer by then is left out of the sum.
const reportTimeoutMs = 2_000;

/** @throws AppError whatever kept the first one from beginning */
export async function startWorkers({ count, connection, poolSize, logger }: WorkersOptions): Promise<Workers> {
  // Figures are told as they are: JSON has no NaN.
  cluster.setupPrimary({ serialization: "advanced" });
  const running = new Set<Worker>();
  const begun = new WeakSet<Worker>();
  const timers = new Set<NodeJS.Timeout>();
  const pace = createPace();
  let isStopping = false;

  async function start(): Promise<void> {
    const startedAt = performance.now();
    const worker = cluster.fork();
    running.add(worker);
    const ready = firstWord(worker);
    worker.once("exit", (code, signal) => {
      running.delete(worker);
      if (isStopping || !begun.has(worker)) return;
      const waitMs = pace.next(performance.now() - startedAt);
      logger.error({ pid: worker.process.pid, code, signal, waitMs }, "a worker ended; another is started");
      const timer = setTimeout(() => {
        timers.delete(timer);
        start().catch((error) => logger.error({ err: error }, "a worker could not be started"));
      }, waitMs);
      timers.add(timer);
    });
    tell(worker, { kind: "serve", connection, poolSize });
    await ready;
    begun.add(worker);
  }

  async function close(): Promise<void> {
    isStopping = true;
    for (const timer of timers) clearTimeout(timer);
    const ended = [...running].map((worker) => new Promise<void>((resolve) => worker.once("exit", () => resolve())));
    for (const worker of running) tell(worker, { kind: "stop" });
    await Promise.all(ended);
  }

  try {
    // The first one migrates the database and finds out whether anything is wrong; it is told once.
    await start();
    await Promise.all(Array.from({ length: count - 1 }, start));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    get pids() {
      return [...running].flatMap(({ process }) => process.pid ?? []);
    },
    metrics: aggregateMetrics(() => askAll(running)),
    close,
  };
}

/** Resolves when a worker serves. @throws AppError what it failed of */
function firstWord(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on("message", (message: FromWorker) => {
      if (message.kind === "ready") resolve();
      if (message.kind === "failed") reject(toAppError(message));
    });
    worker.once("exit", (code, signal) =>
      reject(new AppError("internal_error", `A worker ended before it was ready (${signal ?? code}).`)),
    );
  });
}

function toAppError({ code, detail }: Extract<FromWorker, { kind: "failed" }>): AppError {
  return Object.hasOwn(errorCatalogue, code)
    ? new AppError(code as ErrorCode, detail)
    : new AppError("internal_error", detail);
}

let inquiries = 0;

async function askAll(workers: Iterable<Worker>): Promise<(readonly CollectedMetric[])[]> {
  inquiries += 1;
  const answers = await Promise.all([...workers].map((worker) => ask(worker, inquiries)));
  return answers.filter((answer) => answer !== null);
}

/** What a worker counted; null when it does not say. */
function ask(worker: Worker, inquiry: number): Promise<readonly CollectedMetric[] | null> {
  return new Promise((resolve) => {
    const settle = (metrics: readonly CollectedMetric[] | null) => {
      clearTimeout(timer);
      worker.off("message", listen);
      worker.off("exit", leave);
      resolve(metrics);
    };
    const listen = (message: FromWorker) => {
      if (message.kind === "report" && message.inquiry === inquiry) settle(message.metrics);
    };
    const leave = () => settle(null);
    const timer = setTimeout(leave, reportTimeoutMs);
    worker.on("message", listen);
    worker.once("exit", leave);
    tell(worker, { kind: "report", inquiry });
  });
}

function tell(worker: Worker, message: ToWorker): void {
  // One that is ending just now does not hear it, and need not.
  if (worker.isConnected()) worker.send(message, () => {});
}
