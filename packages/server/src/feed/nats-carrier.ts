import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../clock/clock.ts";
import type { Logger } from "../logging/logger.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Carrier, CarrierEars } from "./carrier.ts";
import { type FeedEntry, keyOf } from "./entry.ts";
import type { CarriedLine, NatsCodec } from "./nats-codec.ts";
import { type NatsSession, type NatsSettings, openNatsSession } from "./nats-session.ts";

export interface NatsCarrierDeps {
  readonly settings: NatsSettings;
  readonly codec: NatsCodec;
  readonly clock: Clock;
  /** Seconds: for how long lines matter. */
  readonly horizon: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const firstRetryMs = 200;
const longestRetryMs = 5_000;
// So many are on their way at once when there is much to say.
const sendAtOnce = 100;

/**
 * NATS JetStream beside NOTIFY: lines travel whole, so that a node with a long way to the database has them without it.
 * Every node writes what it has read and not yet seen in the stream; the stream drops what it has been given before.
 */
export function createNatsCarrier({ settings, codec, clock, horizon, logger, metrics }: NatsCarrierDeps): Carrier {
  // By key: lines that the stream holds, with their time, and lines that it still has to be given.
  const present = new Map<string, number>();
  const missing = new Map<string, FeedEntry>();
  const closing = new AbortController();
  let session: NatsSession | null = null;
  let isUp = false;
  let isSending = false;
  let running: Promise<void> = Promise.resolve();

  const help =
    "Lines that a carrier took to other nodes or brought from them: sent, received, or rejected as not ours.";
  const carried = metrics.counter("holdfast_feed_carried_total", help, ["carrier", "direction"]);
  const count = (direction: string, lines = 1) => carried.inc({ carrier: "nats", direction }, lines);

  function markPresent(key: string, at: number): void {
    present.set(key, at);
    missing.delete(key);
  }

  function forgetOld(): void {
    const horizonBegan = clock.now() - horizon * 1000;
    for (const [key, at] of present) if (at < horizonBegan) present.delete(key);
    for (const [key, { at }] of missing) if (at < horizonBegan) missing.delete(key);
  }

  async function send(to: NatsSession, key: string, entry: FeedEntry): Promise<void> {
    await to.send(key, codec.encode(entry));
    markPresent(key, entry.at);
    count("sent");
  }

  /** Gives the stream what it lacks. When that fails the session is over; the next one goes on. */
  async function sendMissing(): Promise<void> {
    const to = session;
    if (!to || !isUp || isSending) return;
    isSending = true;
    try {
      while (missing.size > 0 && isUp) {
        await Promise.all([...missing].slice(0, sendAtOnce).map(([key, entry]) => send(to, key, entry)));
      }
    } catch (error) {
      logger.debug({ err: error }, "a line could not be given to NATS");
      await to.close();
    } finally {
      isSending = false;
    }
  }

  function setUp(up: boolean, error?: unknown): void {
    if (up === isUp) return;
    isUp = up;
    if (up) logger.info({ stream: settings.stream }, "the feed travels by NATS as well");
    else logger.warn({ err: error }, "NATS is away; the feed goes on by PostgreSQL alone");
  }

  async function follow(opened: NatsSession, ears: CarrierEars): Promise<never> {
    const receive = createReceiver(codec, (entries) => {
      for (const entry of entries) markPresent(keyOf(entry), entry.at);
      count("received", entries.length);
      ears.onEntries(entries);
    });
    const onCaughtUp = () => {
      setUp(true);
      void sendMissing();
    };
    return await opened.receive((line, isLast) => {
      if (!receive(line)) count("rejected");
      // What was on its way comes first, or it would be sent a second time.
      if (isLast && !isUp) setImmediate(onCaughtUp);
    }, onCaughtUp);
  }

  async function runSession(ears: CarrierEars): Promise<void> {
    try {
      session = await openNatsSession({ settings, keep: horizon, since: clock.now() - horizon * 1000 });
      if (!closing.signal.aborted) await follow(session, ears);
    } catch (error) {
      if (closing.signal.aborted) return;
      if (!isUp) logger.debug({ err: error }, "NATS cannot be reached");
      setUp(false, error);
    } finally {
      await session?.close();
      session = null;
      isUp = false;
    }
  }

  async function run(ears: CarrierEars): Promise<void> {
    for (let retryMs = firstRetryMs; !closing.signal.aborted; retryMs = Math.min(2 * retryMs, longestRetryMs)) {
      const began = performance.now();
      await runSession(ears);
      // A session that lasted was a good one.
      if (performance.now() - began > longestRetryMs) retryMs = firstRetryMs;
      await delay(retryMs, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
    }
  }

  return {
    name: "nats",
    get isUp() {
      return isUp;
    },
    start(ears) {
      running = run(ears);
    },
    publish(entries) {
      forgetOld();
      for (const entry of entries) if (!present.has(keyOf(entry))) missing.set(keyOf(entry), entry);
      void sendMissing();
    },
    async close() {
      closing.abort();
      await session?.close();
      await running;
    },
  };
}

/** Gathers the lines that come together: told one by one, a thousand of them would look like slow followers. */
function createReceiver(
  codec: NatsCodec,
  onEntries: (entries: readonly FeedEntry[]) => void,
): (line: CarriedLine) => boolean {
  let gathered: FeedEntry[] = [];
  return (line) => {
    const entry = codec.decode(line);
    if (!entry) return false;
    if (gathered.length === 0) {
      setImmediate(() => {
        const entries = gathered;
        gathered = [];
        onEntries(entries);
      });
    }
    gathered.push(entry);
    return true;
  };
}
