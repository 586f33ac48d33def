import { z } from "zod";
import type { Refusal } from "../deliveries/index.ts";
import { parseBody } from "./parse-body.ts";
import { setErrorSchema, toSetError } from "./set-error.ts";

/** What a receiver asks for when it polls (RFC 8936, section 2.2). */
export interface PollRequest {
  /** SETs at most; 0 where it only acknowledges. */
  readonly maxEvents: number;
  readonly returnImmediately: boolean;
  /** Those it has, by `jti`. */
  readonly acknowledged: readonly string[];
  /** Those it will never take, and why. */
  readonly refused: readonly Refusal[];
}

/** SETs at most in one answer. */
const mostEvents = 100;
const mostVerdicts = 10_000;

const jti = z
  .string()
  .min(1)
  .max(256)
  .regex(/^\P{Cc}*$/u, { error: "holds a control character" });

const schema = z.object({
  maxEvents: z.int().min(0).optional(),
  returnImmediately: z.boolean().optional(),
  ack: z.array(jti).max(mostVerdicts).optional(),
  setErrs: z
    .record(jti, setErrorSchema)
    .refine((errors) => Object.keys(errors).length <= mostVerdicts, { error: `has more than ${mostVerdicts} members` })
    .optional(),
});

/** What it does not know it ignores. @throws AppError `invalid_request` */
export function parsePollRequest(value: unknown): PollRequest {
  const { maxEvents = mostEvents, returnImmediately = false, ack = [], setErrs = {} } = parseBody(schema, value);
  return {
    maxEvents: Math.min(maxEvents, mostEvents),
    returnImmediately,
    acknowledged: ack,
    refused: Object.entries(setErrs).map(([messageId, error]) => ({ messageId, error: toSetError(error).text })),
  };
}
