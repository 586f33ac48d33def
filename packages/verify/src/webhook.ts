import type { WebhookMessage } from "@holdfast/protocol";
import { formatDuration } from "./duration.ts";
import { type Clock, systemClock } from "./timers.ts";
import { WebhookError } from "./webhook-error.ts";
import { decodeBase64, importWebhookKey, type WebhookKey } from "./webhook-key.ts";

/** A request's headers: web-standard, or those of `node:http` (and so of Express). Names in any case. */
export type WebhookHeaders = Headers | Readonly<Record<string, string | readonly string[] | undefined>>;

export interface VerifyWebhookOptions {
  /** How far the time of signing may lie from this machine's clock, before or after. Seconds; default 300. */
  readonly toleranceSeconds?: number;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
}

/** Signatures that are read: one for each secret of a rotation. A stranger may send any number, and each costs work. */
const maxSignatures = 8;

const encoder = new TextEncoder();
const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Verifies a webhook of Holdfast (Standard Webhooks 1.0.0) and reads it. It may come more than once: whoever has seen
 * its `id` has seen it.
 *
 * @example
 * ```ts
 * import { verifyWebhook, WebhookError } from "@holdfast/verify";
 *
 * export async function receive(request: Request, secret: string): Promise<Response> {
 *   try {
 *     const message = await verifyWebhook(await request.text(), request.headers, secret);
 *     if (message.type === "session.revoked") console.log("ended:", message.data);
 *     return new Response(null, { status: 204 });
 *   } catch (error) {
 *     if (error instanceof WebhookError) return new Response(error.message, { status: error.status });
 *     throw error;
 *   }
 * }
 * ```
 * @param payload the body, as it was sent: not parsed and written again
 * @param headers the request's
 * @param secrets the endpoint's secret (`whsec_…`) or its public key (`whpk_…`); during a rotation, several: one must fit
 * @throws WebhookError
 */
export async function verifyWebhook(
  payload: string | Uint8Array,
  headers: WebhookHeaders,
  secrets: string | readonly string[],
  { toleranceSeconds = 300, clock = systemClock }: VerifyWebhookOptions = {},
): Promise<WebhookMessage> {
  const keys = await importKeys(secrets);
  const id = readHeader(headers, "webhook-id");
  const timestamp = readHeader(headers, "webhook-timestamp");
  const signatures = parseSignatures(readHeader(headers, "webhook-signature"));
  assertTimestamp(timestamp, clock.now(), toleranceSeconds);
  const body = typeof payload === "string" ? encoder.encode(payload) : payload;
  const signed = concatenate(encoder.encode(`${id}.${timestamp}.`), body);
  if (!(await isSigned(signed, signatures, keys))) throw new WebhookError("webhook_signature_mismatch");
  return parseMessage(body);
}

async function importKeys(secrets: string | readonly string[]): Promise<readonly WebhookKey[]> {
  const list = typeof secrets === "string" ? [secrets] : secrets;
  if (!Array.isArray(list) || list.length === 0) throw new WebhookError("webhook_secret_invalid");
  return Promise.all(list.map(importWebhookKey));
}

function readHeader(headers: WebhookHeaders, name: string): string {
  const value =
    headers instanceof Headers
      ? headers.get(name)
      : Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  if (typeof value === "string" && value !== "") return value;
  throw new WebhookError("webhook_header_missing", `The request has no single \`${name}\` header.`);
}

interface Signature {
  readonly scheme: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** `v1,<base64> v1a,<base64> …`. What is of another scheme, or no base64, fits no key. */
function parseSignatures(header: string): readonly Signature[] {
  return header
    .split(" ", maxSignatures)
    .map((part) => {
      const comma = part.indexOf(",");
      return { scheme: part.slice(0, comma), bytes: decodeBase64(part.slice(comma + 1)) };
    })
    .filter((one): one is Signature => one.bytes !== undefined);
}

function assertTimestamp(timestamp: string, now: number, toleranceSeconds: number): void {
  if (!/^[1-9]\d{0,11}$/.test(timestamp)) throw new WebhookError("webhook_timestamp_invalid");
  const ageSeconds = Math.floor(now / 1000) - Number(timestamp);
  const allowed = `${formatDuration(toleranceSeconds)} are allowed`;
  if (ageSeconds > toleranceSeconds) {
    const detail = `The webhook was signed ${formatDuration(ageSeconds)} ago by this machine's clock; ${allowed}.`;
    throw new WebhookError("webhook_timestamp_too_old", detail);
  }
  if (-ageSeconds > toleranceSeconds) {
    const detail = `The webhook was signed ${formatDuration(-ageSeconds)} ahead of this machine's clock; ${allowed}.`;
    throw new WebhookError("webhook_timestamp_too_new", detail);
  }
}

async function isSigned(
  signed: Uint8Array<ArrayBuffer>,
  signatures: readonly Signature[],
  keys: readonly WebhookKey[],
): Promise<boolean> {
  const pairs = keys.flatMap((key) =>
    signatures.filter(({ scheme }) => scheme === key.scheme).map(({ bytes }) => ({ key, bytes })),
  );
  const verdicts = await Promise.all(pairs.map(({ key, bytes }) => key.verify(bytes, signed)));
  return verdicts.includes(true);
}

function concatenate(one: Uint8Array, other: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(one.length + other.length);
  bytes.set(one);
  bytes.set(other, one.length);
  return bytes;
}

function parseMessage(body: Uint8Array): WebhookMessage {
  let message: unknown;
  try {
    message = JSON.parse(utf8.decode(body));
  } catch (cause) {
    throw new WebhookError("webhook_body_invalid", undefined, { cause });
  }
  if (isObject(message) && typeof message.type === "string" && isObject(message.data)) {
    return message as unknown as WebhookMessage;
  }
  throw new WebhookError("webhook_body_invalid");
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
