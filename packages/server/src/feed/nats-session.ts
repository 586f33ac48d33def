import type { JetStreamManager, JsMsg, StreamConfig } from "@nats-io/jetstream";
import type { NodeConnectionOptions } from "@nats-io/transport-node";
import type { Config } from "../config/index.ts";
import type { CarriedLine } from "./nats-codec.ts";

export type NatsSettings = NonNullable<Config["feed"]["nats"]>;

/** One connection to NATS with the stream open. When anything is wrong with it, it is over. */
export interface NatsSession {
  /** Writes a line; a second one with its key is dropped by the stream. */
  send(key: string, line: CarriedLine): Promise<void>;
  /** Hands over what the stream holds and what comes, until the session is over. @throws Error always */
  receive(onLine: (line: CarriedLine, isLast: boolean) => void, onCaughtUp: () => void): Promise<never>;
  close(): Promise<void>;
}

export interface NatsSessionOptions {
  readonly settings: NatsSettings;
  /** Seconds that the stream holds a line. */
  readonly keep: number;
  /** Where to begin: milliseconds since the epoch. */
  readonly since: number;
}

const tagHeader = "Holdfast-Tag";
const requestTimeoutMs = 3_000;
// Two pings that are not answered, or two heartbeats of the consumer: silence is noticed within seconds.
const pingEveryMs = 3_000;
const heartbeatMs = 1_000;
const nanosecondsInSecond = 1_000_000_000;

/** Opens a session. What NATS needs is loaded now, so that nobody pays for it who has no NATS. */
export async function openNatsSession({ settings, keep, since }: NatsSessionOptions): Promise<NatsSession> {
  const [transport, { jetstream, jetstreamManager, DeliverPolicy }] = await Promise.all([
    import("@nats-io/transport-node"),
    import("@nats-io/jetstream"),
  ]);
  const connection = await transport.connect({
    ...connectionOptions(settings),
    ...(settings.credentials === undefined
      ? {}
      : { authenticator: transport.credsAuthenticator(new TextEncoder().encode(settings.credentials)) }),
  });
  // The way out of whatever is under way: `closed` alone is not heard by a consumer that waits.
  const isOver = connection.closed().then((error) => {
    throw error ?? new Error("the connection to NATS was closed");
  });
  isOver.catch(() => undefined);
  try {
    const manager = await jetstreamManager(connection, { timeout: requestTimeoutMs });
    await ensureStream(manager, settings, keep);
    const client = jetstream(connection, { timeout: requestTimeoutMs });

    return {
      async send(key, { body, tag }) {
        const headers = transport.headers();
        headers.set(tagHeader, tag);
        await client.publish(subjectOf(settings), body, { msgID: key, headers, timeout: requestTimeoutMs });
      },
      async receive(onLine, onCaughtUp) {
        const consumer = await client.consumers.get(settings.stream, {
          filter_subjects: subjectOf(settings),
          deliver_policy: DeliverPolicy.StartTime,
          opt_start_time: new Date(since).toISOString(),
        });
        if ((await consumer.info()).num_pending === 0) onCaughtUp();
        const messages = await consumer.consume({ idle_heartbeat: heartbeatMs });
        const take = async () => {
          for await (const message of messages) onLine(lineOf(message), message.info.pending === 0);
          throw new Error("the stream ended");
        };
        return await Promise.race([isOver, take(), untilTrouble(messages.status())]);
      },
      close: () => connection.close(),
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

function connectionOptions({ url, user, password, token, tls }: NatsSettings): NodeConnectionOptions {
  return {
    servers: url.split(","),
    name: "holdfast",
    // A session begins anew, with its stream looked at and what was missed caught up: one way for first and later.
    reconnect: false,
    timeout: requestTimeoutMs,
    pingInterval: pingEveryMs,
    maxPingOut: 2,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { pass: password }),
    ...(token === undefined ? {} : { token }),
    ...(tls === undefined ? {} : { tls: { ca: tls.ca, cert: tls.certificate, key: tls.key } }),
  } as NodeConnectionOptions;
}

function subjectOf({ stream }: NatsSettings): string {
  return `${stream}.lines`;
}

function lineOf(message: JsMsg): CarriedLine {
  return { body: message.data, tag: message.headers?.get(tagHeader) ?? "" };
}

/** Makes the stream where it is missing; one that is there is taken as it is, for an operator may have made it. */
async function ensureStream(manager: JetStreamManager, settings: NatsSettings, keep: number): Promise<void> {
  const names = await manager.streams.names(subjectOf(settings)).next();
  if (names.includes(settings.stream)) return;
  const stream: Partial<StreamConfig> & { name: string } = {
    name: settings.stream,
    subjects: [subjectOf(settings)],
    storage: "file" as StreamConfig["storage"],
    num_replicas: settings.replicas,
    max_age: keep * nanosecondsInSecond,
    duplicate_window: Math.min(keep, 600) * nanosecondsInSecond,
  };
  await manager.streams.add(stream);
}

/** The client would try again by itself, for as long as it takes, and say nothing. */
async function untilTrouble(statuses: AsyncIterable<{ readonly type: string }>): Promise<never> {
  for await (const { type } of statuses) {
    if (["heartbeats_missed", "stream_not_found", "consumer_deleted", "no_responders"].includes(type)) {
      throw new Error(`the consumer of the stream reports ${type}`);
    }
  }
  throw new Error("the stream ended");
}
