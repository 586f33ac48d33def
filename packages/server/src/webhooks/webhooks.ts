import { randomInt } from "node:crypto";
import type { Clock } from "../clock/clock.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import { createDeliveries, type Deliveries, type DestinationNews } from "../deliveries/index.ts";
import type { Events, MessageTold, NewsSource, TellableEvent } from "../events/index.ts";
import { createGuardedFetch } from "../http/guarded-fetch.ts";
import { createAddressRules } from "../http/public-address.ts";
import { type PeriodicWork, runPeriodically } from "../jobs/periodic.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Database } from "../storage/database.ts";
import { createWebhookAdministration, type WebhookAdministration } from "./administration.ts";
import { createFanOut } from "./fan-out.ts";
import { createWebhookMetrics } from "./metrics.ts";
import { createSender } from "./sender.ts";
import { createFindTarget } from "./targets.ts";
import { createFindTellings } from "./tellings.ts";

// Nobody announces a refresh: this is how late it is found.
const readEveryMs = 1_000;

export interface WebhooksDeps {
  readonly issuer: string;
  readonly database: Database;
  readonly clock: Clock;
  readonly events: Events;
  readonly keyRing: KeyRing;
  readonly metrics: Metrics;
  /** Networks beside the public internet that endpoints may be in. */
  readonly allow: readonly string[];
  /** Whether an endpoint on this machine may be http. */
  readonly allowsLoopbackHttp: boolean;
  readonly isClient: (id: string) => boolean;
  readonly onError: (error: unknown) => void;
  /** From 0 to 1. Default: random. */
  readonly random?: () => number;
}

export interface Webhooks extends WebhookAdministration, NewsSource {
  /** What became of the messages that tell of events. */
  tellings(events: readonly TellableEvent[]): Promise<MessageTold[]>;
  /** Begins to read the log and to send. */
  start(): void;
  /** Tells all that has happened until now: returns when nothing is under way and nothing is due. */
  catchUp(): Promise<void>;
  /** Ends it. What was not sent, other nodes send, or this one when it starts again. */
  close(): Promise<void>;
}

export function createWebhooks(deps: WebhooksDeps): Webhooks {
  const { database, clock, events, metrics, allow, allowsLoopbackHttp, isClient, onError } = deps;
  const counted = createWebhookMetrics(metrics);
  const queue: Deliveries = createDeliveries({
    ...deps,
    ...destinationNews(events),
    queue: "webhooks",
    send: createSender({ ...deps, fetch: createGuardedFetch({ allow }), findTarget: createFindTarget(deps) }),
    random: deps.random ?? randomFraction,
    onAttempted({ number, occurredAt }, { name }, startedAt) {
      counted.attempts.inc({ outcome: name });
      if (number === 1) counted.firstAttempt.observe((startedAt.getTime() - occurredAt.getTime()) / 1000);
    },
  });
  const fanOut = createFanOut({ database, clock, deliveries: queue });
  const rules = { allowsLoopbackHttp, addresses: createAddressRules(allow), isClient };
  const administration = createWebhookAdministration({ ...deps, rules, queue });
  let reading: PeriodicWork | null = null;
  let stopAnnounced: () => void = () => undefined;

  async function readOn(): Promise<void> {
    if (await fanOut.readOn()) await queue.look();
  }

  return {
    ...administration,
    tellings: createFindTellings({ database, queue }),
    start() {
      counted.watch(() => ({ ...queue.figures, now: clock.now() }));
      queue.start();
      reading = runPeriodically({ everyMs: readEveryMs, work: readOn, onError });
      // Also where there is nothing new: somebody may have asked to send messages anew.
      stopAnnounced = events.onAnnounced(() => void readOn().then(queue.look).catch(onError));
    },
    async catchUp() {
      await fanOut.readOn();
      await queue.idle();
    },
    async close() {
      stopAnnounced();
      await reading?.stop();
      await queue.close();
    },
  };
}

/** An endpoint that fails is an event too: other endpoints, dashboards and people hear of it. */
function destinationNews(events: Events): DestinationNews {
  return {
    async onFailing(tx, webhook_id, { since, last: { status, error } }) {
      const data = { webhook_id, failing_since: since, status, error };
      await events.append(tx, { type: "webhook.failing", data });
    },
    async onDisabled(tx, webhook_id, reason) {
      await events.append(tx, { type: "webhook.disabled", data: { webhook_id, reason } });
    },
  };
}

const fractions = 2 ** 32;

function randomFraction(): number {
  return randomInt(fractions) / fractions;
}
