import { AppError } from "../http/app-error.ts";

/** Reads `--limit`. @throws AppError `invalid_request` */
export function parseLimit(text: string): number {
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1) throw new AppError("invalid_request", "--limit is not a number above 0.");
  return limit;
}
