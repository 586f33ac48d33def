import type { UsageReport } from "@holdfast/protocol";
import { z } from "zod";
import { AppError } from "../http/app-error.ts";

// Ten times what anybody needs; it keeps sums far from where a number is exact no more.
const mostTokens = 1_000_000_000_000;
const mostCounts = 10_000;

const milliseconds = z.int().min(0);

const schema = z.strictObject({
  report_id: z.guid().transform((id) => id.toLowerCase()),
  from_ms: milliseconds,
  to_ms: milliseconds,
  counts: z
    .array(
      z.strictObject({
        client_id: z.string().min(1).max(256).nullable(),
        verdict: z.string().regex(/^[a-z_]{1,64}$/),
        tokens: z.int().min(1).max(mostTokens),
      }),
    )
    .max(mostCounts),
}) satisfies z.ZodType<UsageReport, unknown>;

/** @throws AppError `invalid_request` */
export function parseUsageReport(value: unknown): UsageReport {
  const { data, error } = schema.safeParse(value);
  if (!data) {
    // The first few: a report that is wrong is wrong throughout.
    const problems = error.issues.slice(0, 10).map(({ path, message }) => ({ path: path.join("."), message }));
    throw new AppError("invalid_request", "The report is not as it should be.", { problems });
  }
  if (data.from_ms > data.to_ms) throw new AppError("invalid_request", "The report ends before it begins.");
  return data;
}
