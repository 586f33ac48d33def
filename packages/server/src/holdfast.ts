import { setTimeout as delay } from "node:timers/promises";
import { createCleaning } from "./cleaning.ts";
import type { Config } from "./config/index.ts";
import { createFeatures } from "./features.ts";
import { type Closers, createPlatform, type PlatformOptions } from "./platform.ts";
import { createRoutes } from "./routes.ts";

export type HoldfastOptions = PlatformOptions;

/** A whole identity provider. */
export type Holdfast = Awaited<ReturnType<typeof createHoldfast>>;

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
      /** Answers one that comes when there is no room, before it is read; says whether it did. */
      answerEarly: app.answerEarly,
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
