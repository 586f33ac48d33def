/** One of the processes that share a port: an instance that listens, until the first process tells it to stop. */
import type { Config } from "../../config/index.ts";
import { toAppError } from "../../http/error-answer.ts";
import type { Logger } from "../../logging/logger.ts";
import { type ServedInstance, serveInstance } from "../serve-instance.ts";
import type { FromWorker, ToWorker } from "./messages.ts";

/** Serves when told to. Ends with the first process, whatever ends that. */
export function runWorker(config: Config, logger: Logger): void {
  let serving: Promise<ServedInstance> | undefined;
  let isStopping = false;

  async function serve({ connection, poolSize }: Extract<ToWorker, { kind: "serve" }>): Promise<void> {
    const ownShare = { ...config, database: { ...config.database, poolSize } };
    serving = serveInstance(ownShare, { connection, logger });
    try {
      const { port } = await serving;
      tell({ kind: "ready", port });
    } catch (error) {
      const { code, detail, cause } = toAppError(error);
      const reason = code === "internal_error" && cause instanceof Error ? cause.message : detail;
      tell({ kind: "failed", code, detail: reason }, () => process.exit(1));
    }
  }

  async function stop(): Promise<void> {
    if (isStopping) return;
    isStopping = true;
    try {
      await (await serving)?.close();
      process.exit(0);
    } catch (error) {
      logger.error({ err: error }, "stopping failed");
      process.exit(1);
    }
  }

  // Also where something preloaded has let go of it: until it listens, this channel is all that keeps a worker alive.
  process.channel?.ref();
  process.on("message", async (message: ToWorker) => {
    if (message.kind === "serve") await serve(message);
    else if (message.kind === "stop") await stop();
    else {
      const metrics = (await (await serving)?.holdfast.metrics.collect()) ?? [];
      tell({ kind: "report", inquiry: message.inquiry, metrics });
    }
  });
  // A terminal tells the whole group at once.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
}

function tell(message: FromWorker, then: () => void = () => {}): void {
  process.send?.(message, undefined, undefined, then);
}
