import type { Clock } from "../clock/clock.ts";
import type { Config } from "../config/index.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import type { Events } from "../events/index.ts";
import type { Logger } from "../logging/logger.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { type Carrier, createNotifyCarrier } from "./carrier.ts";
import { createNatsCarrier } from "./nats-carrier.ts";
import { createNatsCodec } from "./nats-codec.ts";

export interface CarriersDeps {
  readonly issuer: string;
  readonly events: Events;
  readonly keyRing: KeyRing;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Seconds: for how long lines matter. */
  readonly horizon: number;
  readonly nats: Config["feed"]["nats"];
}

/** The ways in which an instance's nodes hear of each other's news. */
export function createCarriers({ events, nats, keyRing, issuer, ...deps }: CarriersDeps): Carrier[] {
  const notify = createNotifyCarrier(events);
  if (!nats) return [notify];
  const codec = createNatsCodec({ keyRing, issuer });
  return [notify, createNatsCarrier({ ...deps, settings: nats, codec })];
}
