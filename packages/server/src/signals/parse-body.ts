import type { z } from "zod";
import { AppError } from "../http/app-error.ts";

// The first few: what is wrong there is wrong throughout.
const mostProblems = 10;

/** Reads a body of JSON by its schema. @throws AppError `invalid_request`, with the first problems */
export function parseBody<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const { data, error } = schema.safeParse(value);
  if (!error) return data as z.output<Schema>;
  const problems = error.issues
    .slice(0, mostProblems)
    .map(({ path, message }) => ({ path: path.join(".").slice(0, 80), message: message.slice(0, 200) }));
  const detail = problems.map(({ path, message }) => `${path || "the body"}: ${message}`).join("; ");
  throw new AppError("invalid_request", `The request is not as it should be. ${detail}.`, { problems });
}
