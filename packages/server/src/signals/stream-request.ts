import { z } from "zod";
import { invalid } from "../http/parameters.ts";
import { type TargetUrlRules, targetUrlProblem } from "../http/target-url.ts";
import { parseBody } from "./parse-body.ts";
import { streamStatuses } from "./stream.ts";

/** The delivery methods by their names (SSF 1.0, section 6.1). */
export const deliveryMethods = { push: "urn:ietf:rfc:8935", poll: "urn:ietf:rfc:8936" } as const;

const mostEvents = 100;
const longestEvent = 512;
const longestDescription = 200;
const longestReason = 200;
const longestState = 2_048;
const longestHeader = 4_096;

// PostgreSQL takes no NUL, and a terminal no escapes.
const printable = /^\P{Cc}*$/u;
const isNotPrintable = { error: "holds a control character" };

// As a header may hold it (RFC 9110, section 5.5), in ASCII.
const headerValue = z
  .string()
  .max(longestHeader)
  .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, { error: "is not a header's value" });

const delivery = z.object({
  method: z.enum(Object.values(deliveryMethods)),
  endpoint_url: z.string().regex(printable, isNotPrintable).nullish(),
  authorization_header: z.union([headerValue, z.literal("")]).nullish(),
});

const receiverSupplied = {
  events_requested: z
    .array(z.string().min(1).max(longestEvent).regex(printable, isNotPrintable))
    .max(mostEvents)
    .optional(),
  delivery: delivery.optional(),
  // Truncated, as we may (SSF 1.0, section 8.1.1), and for a line of a table.
  description: z
    .string()
    .max(10_000)
    .transform((text) =>
      text
        .replaceAll(/\p{Cc}+/gu, " ")
        .slice(0, longestDescription)
        .toWellFormed(),
    )
    .nullish(),
};

const strings = z.union([z.string(), z.array(z.string())]);

/** What we supply may be sent back to us, as it is. */
const transmitterSupplied = {
  iss: z.string().optional(),
  aud: strings.optional(),
  events_supported: strings.optional(),
  events_delivered: strings.optional(),
  min_verification_interval: z.number().optional(),
};

const streamId = z.string().min(1).max(128);

const createSchema = z.object(receiverSupplied);
const changeSchema = z.object({ stream_id: streamId, ...receiverSupplied, ...transmitterSupplied });
const statusSchema = z.object({
  stream_id: streamId,
  status: z.enum(streamStatuses),
  reason: z.string().max(longestReason).regex(printable, isNotPrintable).nullish(),
});
const verificationSchema = z.object({ stream_id: streamId, state: z.string().max(longestState).nullish() });

export type DeliveryRequest = z.output<typeof delivery>;
export type CreateRequest = z.output<typeof createSchema>;
export type ChangeRequest = z.output<typeof changeSchema>;
export type StatusRequest = z.output<typeof statusSchema>;
export type VerificationRequest = z.output<typeof verificationSchema>;

// What they do not know they all ignore: receivers send what later versions of the framework have.

/** @throws AppError `invalid_request`, as do all */
export function parseCreateRequest(value: unknown): CreateRequest {
  return parseBody(createSchema, value);
}

export function parseChangeRequest(value: unknown): ChangeRequest {
  return parseBody(changeSchema, value);
}

export function parseStatusRequest(value: unknown): StatusRequest {
  return parseBody(statusSchema, value);
}

export function parseVerificationRequest(value: unknown): VerificationRequest {
  return parseBody(verificationSchema, value);
}

/** Where to push to. @throws AppError `invalid_request` */
export function readEndpoint({ endpoint_url }: DeliveryRequest, rules: TargetUrlRules): string {
  const problem = endpoint_url ? targetUrlProblem(endpoint_url, rules) : "is missing";
  if (!endpoint_url || problem !== null) throw invalid("delivery.endpoint_url", problem ?? "is missing");
  return endpoint_url;
}
