import type { Verifier } from "./verifier.ts";

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  /** Null: not known yet, and left out. */
  readonly value: number | null;
}

/** The answer's `Content-Type`. */
export const prometheusContentType = "text/plain; version=0.0.4; charset=utf-8";

/**
 * What `verifier.status()` says, in the text format of Prometheus (0.0.4), to be answered to a scrape or appended to
 * the metrics that a service has already. Times in seconds.
 *
 * @example
 * ```ts
 * import { createVerifier } from "@holdfast/verify";
 * import { prometheusContentType, prometheusText } from "@holdfast/verify/prometheus";
 *
 * const verifier = createVerifier({ issuer: "https://id.example.com", audience: "https://api.example.com" });
 *
 * export function metrics(): Response {
 *   return new Response(prometheusText(verifier), { headers: { "content-type": prometheusContentType } });
 * }
 * ```
 */
export function prometheusText(verifier: Pick<Verifier, "status">): string {
  const { tokens, keys, feed, introspections, ...held } = verifier.status();
  return [
    metric("tokens_accepted_total", "counter", "Tokens found good.", [
      { labels: { by: "signature" }, value: tokens.verified },
      { labels: { by: "cache" }, value: tokens.cached },
    ]),
    metric("tokens_refused_total", "counter", "Tokens refused, by error code.", byLabel("code", tokens.refused)),
    metric("feed_following", "gauge", "1 while revocations arrive.", only(feed.state === "following" ? 1 : 0)),
    metric("feed_lag_seconds", "gauge", "How long the latest revocation took to arrive.", only(seconds(feed.lagMs))),
    metric(
      "clock_offset_seconds",
      "gauge",
      "The issuer's clock minus this machine's.",
      only(seconds(feed.clockOffsetMs)),
    ),
    metric("revocations", "gauge", "Revocations held.", only(held.revocations)),
    metric("cached_tokens", "gauge", "Tokens whose signature need not be checked again.", only(held.cachedTokens)),
    metric("keys", "gauge", "Public keys of the issuer at hand.", only(keys.count)),
    metric(
      "keys_fetched_timestamp_seconds",
      "gauge",
      "When the keys were last fetched, since 1970.",
      only(seconds(keys.fetchedAt)),
    ),
    metric(
      "introspections_total",
      "counter",
      "Tokens the issuer was asked about while the feed was lost, by its answer.",
      byLabel("answer", introspections ?? {}),
    ),
  ].join("");
}

function metric(name: string, type: "counter" | "gauge", help: string, samples: readonly Sample[]): string {
  const known = samples.filter(({ value }) => value !== null);
  if (known.length === 0) return "";
  const full = `holdfast_verify_${name}`;
  const lines = known.map(({ labels, value }) => `${full}${formatLabels(labels)} ${value}\n`);
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join("")}`;
}

/** Names and values are our own words, none of which needs to be escaped. */
function formatLabels(labels: Sample["labels"]): string {
  const pairs = Object.entries(labels ?? {}).map(([name, value]) => `${name}="${value}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function byLabel(name: string, counts: object): readonly Sample[] {
  return Object.entries(counts).map(([value, count]) => ({ labels: { [name]: value }, value: Number(count) }));
}

function only(value: number | null): readonly Sample[] {
  return [{ value }];
}

function seconds(milliseconds: number | null): number | null {
  return milliseconds === null ? null : milliseconds / 1000;
}
