import { z } from "zod";

/** An event as it is told outside. */
export interface PublicEvent {
  /** What happened, in a sentence. */
  readonly summary: string;
  /** The shape of `data`. Fields that it does not name are not told. */
  readonly data: z.ZodObject;
}

const id = (description: string) => z.uuid().meta({ description });

export const session = { session_id: id("The session: `sid` in its tokens.") };
export const grant = { grant_id: id("The grant: `grant_id` in its tokens.") };
export const user = { user_id: id("The person: `sub` in their tokens.") };
export const account = { account_id: id("The account: `account` in its tokens.") };
export const client = { client_id: z.string().meta({ description: "The client." }) };
export const request = {
  request_id: z.string().nullish().meta({ description: "The request that caused it, as in the log." }),
};

/** A moment in ISO 8601. */
export function when(description: string) {
  return z.iso.datetime({ offset: true }).meta({ description });
}
