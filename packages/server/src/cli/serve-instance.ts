import type { Config } from "../config/index.ts";
import { createHoldfast, type Holdfast } from "../holdfast.ts";
import { listen } from "../http/listen.ts";
import type { Logger } from "../logging/logger.ts";
import type { DatabaseConnection } from "../storage/database.ts";

// From being told to stop until what is still under way is cut.
const drainMs = 25_000;

export interface ServeInstanceOptions {
  readonly connection: DatabaseConnection;
  readonly logger: Logger;
}

/** An instance that listens on its port. */
export interface ServedInstance {
  readonly holdfast: Holdfast;
  readonly port: number;
  /** Tells load balancers and followers to go elsewhere, lets what is under way finish, and lets go of everything. */
  close(): Promise<void>;
}

/** Makes an instance and serves people and apps with it. */
export async function serveInstance(
  config: Config,
  { connection, logger }: ServeInstanceOptions,
): Promise<ServedInstance> {
  const isDevelopment = config.mode === "development";
  const holdfast = await createHoldfast(config, { connection, logger });
  const host = config.host ?? (isDevelopment ? "127.0.0.1" : undefined);
  try {
    const { fetch, answerEarly } = holdfast;
    const listener = await listen({ fetch, answerEarly, port: config.port, host, ownsProcess: true });
    // A load balancer needs a moment to notice that we are not ready any more; the one at the desk does not.
    const noticeMs = isDevelopment ? 0 : config.shutdown.notice * 1000;
    return {
      holdfast,
      port: listener.port,
      async close() {
        listener.endKeepAlive();
        await holdfast.drain(noticeMs);
        await listener.close(drainMs - noticeMs);
        await holdfast.close();
      },
    };
  } catch (error) {
    await holdfast.close();
    throw error;
  }
}
