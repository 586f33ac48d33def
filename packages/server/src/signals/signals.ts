import { randomInt } from "node:crypto";
import type { Clock } from "../clock/clock.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import { createCollection, createDeliveries, type Deliveries } from "../deliveries/index.ts";
import type { Events, NewsSource } from "../events/index.ts";
import { createGuardedFetch } from "../http/guarded-fetch.ts";
import { createAddressRules } from "../http/public-address.ts";
import { type PeriodicWork, runPeriodically } from "../jobs/periodic.ts";
import type { Keys } from "../keys/index.ts";
import type { Logger } from "../logging/logger.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Services } from "../services/index.ts";
import type { Database, DatabaseTransaction } from "../storage/database.ts";
import { createFanOut } from "./fan-out.ts";
import { createSignalMetrics, type SignalMetrics } from "./metrics.ts";
import { createStreamOperation, type StreamOperation } from "./operation.ts";
import { createPolling, type Polling } from "./polling.ts";
import { createSender } from "./sender.ts";
import { signWith } from "./set.ts";
import { findStillWanted } from "./still-wanted.ts";
import { findStream, updateStream } from "./store.ts";
import { queueNames } from "./stream.ts";
import { createStreamChanges, createStreams, type Streams } from "./streams.ts";
import { createFindTarget } from "./targets.ts";
import { createFindTellings } from "./tellings.ts";
import { createWaitingRoom } from "./waiting-room.ts";

// A hint may get lost: this is how late an event is then found.
const readEveryMs = 1_000;

export interface SignalsDeps {
  readonly issuer: string;
  readonly database: Database;
  readonly clock: Clock;
  readonly events: Events;
  readonly keyRing: KeyRing;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly services: Services;
  /** The keys that sign SETs. */
  readonly keys: Pick<Keys, "sign">;
  /** Networks beside the public internet that receivers may be in. */
  readonly allow: readonly string[];
  /** Whether a receiver on this machine may be http. */
  readonly allowsLoopbackHttp: boolean;
  readonly onError: (error: unknown) => void;
  /** From 0 to 1. Default: random. */
  readonly random?: () => number;
}

export interface Signals extends StreamOperation, NewsSource {
  /** For a service that asks. */
  readonly streams: Streams;
  readonly polling: Polling;
  /** Begins to read the log and to push. */
  start(): void;
  /** Tells all that has happened until now: returns when nothing is under way and nothing is due. */
  catchUp(): Promise<void>;
  /** Answers whoever polls and waits, with what there is. */
  drain(): void;
  /** Ends it. What was not sent, other nodes send, or this one when it starts again. */
  close(): Promise<void>;
}

export function createSignals(deps: SignalsDeps): Signals {
  const { database, events, metrics, allow, allowsLoopbackHttp, onError } = deps;
  const waitingRoom = createWaitingRoom();
  const collection = createCollection(deps);
  const sign = signWith(deps.keys.sign);
  const counted = createSignalMetrics(metrics);
  const queues = createQueues(
    deps,
    counted,
    createSender({ ...deps, sign, fetch: createGuardedFetch({ allow }), findTarget: createFindTarget(deps) }),
  );
  const fanOut = createFanOut({ ...deps, collection, queue: queues.push });
  const rules = { allowsLoopbackHttp, addresses: createAddressRules(allow) };
  const streamsDeps = { ...deps, rules, queues, collection };
  const changes = createStreamChanges(streamsDeps);
  let reading: PeriodicWork | null = null;
  // Also where nothing else runs by itself: whoever polls waits for news of any node.
  const stopAnnounced = events.onAnnounced(() => void onAnnounced().catch(onError));

  async function readOn(): Promise<void> {
    // Also whoever polls another node, and waits, hears of what there is now.
    if (await fanOut.readOn()) events.announce();
  }

  async function onAnnounced(): Promise<void> {
    if (reading) {
      await readOn();
      await queues.push.look();
    }
    waitingRoom.wake();
  }

  return {
    ...createStreamOperation(streamsDeps, changes),
    tellings: createFindTellings({ database, queue: queues.push }),
    streams: createStreams(streamsDeps, changes),
    polling: createPolling({
      ...deps,
      collection,
      waitingRoom,
      sign,
      metrics: counted,
      findStream: (id) => findStream(database.queries, id),
      async findWanted(stream, bodies) {
        const service = deps.services.find(stream.serviceId);
        return service ? findStillWanted(database.queries, { stream, service, bodies }) : () => false;
      },
    }),
    start() {
      counted.watch(() => queues.push.figures);
      queues.push.start();
      reading = runPeriodically({ everyMs: readEveryMs, work: readOn, onError });
    },
    async catchUp() {
      await fanOut.readOn();
      waitingRoom.wake();
      await queues.push.idle();
    },
    drain: waitingRoom.close,
    async close() {
      stopAnnounced();
      waitingRoom.close();
      await reading?.stop();
      await queues.push.close();
    },
  };
}

/** One queue is sent, the other fetched: that one never looks for what is due. */
function createQueues(deps: SignalsDeps, counted: SignalMetrics, send: Parameters<typeof createDeliveries>[0]["send"]) {
  const { logger } = deps;
  const shared = {
    ...deps,
    send,
    random: deps.random ?? randomFraction,
    onAttempted: (_: unknown, { name }: { readonly name: string }) =>
      counted.tokens.inc({ method: "push", outcome: name }),
    async onFailing(_: DatabaseTransaction, streamId: string, { since }: { readonly since: Date }) {
      logger.warn({ stream: streamId, since }, "a stream of security events has failed for an hour");
    },
    async onDisabled(tx: DatabaseTransaction, streamId: string) {
      logger.warn({ stream: streamId }, "a stream of security events is paused: its receiver has taken none for days");
      await updateStream(tx, streamId, { status: "paused", statusReason });
    },
  };
  const createQueue = (queue: string): Deliveries => createDeliveries({ ...shared, queue });
  return { push: createQueue(queueNames.push), poll: createQueue(queueNames.poll) };
}

const statusReason = "The endpoint took no event for 60 hours. What waits is sent once the stream is enabled again.";
const fractions = 2 ** 32;

function randomFraction(): number {
  return randomInt(fractions) / fractions;
}
