import type { Metrics } from "../metrics/metrics.ts";
import type { AccessTokens } from "./access-token.ts";
import type { Refresh } from "./refresh.ts";

/** Counts what becomes of grants. The labels are clients, verdicts and reasons: all of them ours, none invented outside. */
export interface GrantMetrics {
  /** The same refresh, counted. */
  countRefreshes(refresh: Refresh): Refresh;
  /** The same access tokens, counted. */
  countIssued(accessTokens: AccessTokens): AccessTokens;
  onBatch(size: number): void;
}

export function createGrantMetrics(metrics: Metrics): GrantMetrics {
  const presented = metrics.counter(
    "holdfast_refreshes_total",
    "Presented refresh tokens by client and verdict: rotated, replayed, overlapped, renewed, recovered, or why not.",
    ["client", "verdict"],
  );
  const refused = metrics.counter(
    "holdfast_refreshes_refused_total",
    "Presented refresh tokens that were refused for good, by client and reason.",
    ["client", "reason"],
  );
  const issued = metrics.counter("holdfast_access_tokens_issued_total", "Access tokens issued, by client.", ["client"]);
  const batches = metrics.histogram(
    "holdfast_refresh_batch_size",
    "Refreshes that one statement carried.",
    [1, 2, 4, 8, 16, 32, 64, 128],
  );

  return {
    countRefreshes: (refresh) => ({
      ...refresh,
      async present(request) {
        const outcome = await refresh.present(request);
        const client = request.client.id;
        presented.inc({ client, verdict: outcome.verdict });
        if (outcome.kind === "refused") refused.inc({ client, reason: outcome.reason });
        return outcome;
      },
    }),
    countIssued: ({ issue }) => ({
      async issue(client, subject) {
        const answer = await issue(client, subject);
        issued.inc({ client: client.id });
        return answer;
      },
    }),
    onBatch: (size) => batches.observe(size),
  };
}
