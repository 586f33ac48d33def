import { z } from "zod";
import { toForeignText } from "../http/foreign-text.ts";

/** Why a receiver will not have a SET (RFC 8935, section 2.3; RFC 8936, section 2.6). */
export interface SetError {
  /** A code of IANA's registry, or of the receiver's own. */
  readonly err: string;
  /** Both of what it said, in a line for the log. */
  readonly text: string;
}

export const setErrorSchema = z.object({
  err: z.string().min(1),
  description: z.string().nullish(),
});

const longestCode = 100;
const longestText = 500;

export function toSetError({ err, description }: z.output<typeof setErrorSchema>): SetError {
  const code = toForeignText(err, longestCode);
  return { err: code, text: toForeignText(description ? `${code}: ${description}` : code, longestText) };
}

/** Reads the body of a refusal; null where it is none. */
export function parseSetError(body: string): SetError | null {
  try {
    const { data } = setErrorSchema.safeParse(JSON.parse(body));
    return data ? toSetError(data) : null;
  } catch {
    return null;
  }
}
