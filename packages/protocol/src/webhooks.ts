import type { EventType } from "./events.ts";

/** What a webhook may tell of: every line of the lifecycle log, and the message that only tries an endpoint out. */
export type WebhookEventType = EventType | "webhook.test";

/**
 * The body of a webhook. It is signed, and delivered at least once (Standard Webhooks 1.0.0): whoever has seen the `id`
 * before has seen the message.
 */
export interface WebhookMessage<Data = Readonly<Record<string, unknown>>> {
  /** Constant, also when it is sent again. The same as the header `webhook-id`. */
  readonly id: string;
  readonly type: WebhookEventType;
  /** When it happened, in ISO 8601; when it was sent stands in the header `webhook-timestamp`. */
  readonly timestamp: string;
  /** The version of the type's schema. Within one, fields are only ever added. */
  readonly version: number;
  /** Ids and facts, by the type's schema. Never a token, never a secret. */
  readonly data: Data;
}
