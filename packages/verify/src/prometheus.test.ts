import { expect, test } from "vitest";
import { prometheusText } from "./prometheus.ts";
import type { VerifierStatus } from "./verifier.ts";

const status: VerifierStatus = {
  keys: { state: "fresh", count: 2, fetchedAt: 1_767_225_600_500, lastError: null },
  feed: {
    state: "following",
    cursor: "7",
    since: 1,
    lagMs: 12,
    clockOffsetMs: -250,
    reason: null,
    lastError: null,
  },
  revocations: 3,
  cachedTokens: 40,
  tokens: { verified: 50, cached: 6_000, refused: { token_expired: 7, token_revoked: 1 } },
  introspections: { active: 5, inactive: 1, failed: 2 },
  usage: null,
};

test("says in the format of Prometheus what the status says", () => {
  const lines = prometheusText({ status: () => status }).split("\n");
  expect(lines.filter((line) => !line.startsWith("#"))).toEqual([
    'holdfast_verify_tokens_accepted_total{by="signature"} 50',
    'holdfast_verify_tokens_accepted_total{by="cache"} 6000',
    'holdfast_verify_tokens_refused_total{code="token_expired"} 7',
    'holdfast_verify_tokens_refused_total{code="token_revoked"} 1',
    "holdfast_verify_feed_following 1",
    "holdfast_verify_feed_lag_seconds 0.012",
    "holdfast_verify_clock_offset_seconds -0.25",
    "holdfast_verify_revocations 3",
    "holdfast_verify_cached_tokens 40",
    "holdfast_verify_keys 2",
    "holdfast_verify_keys_fetched_timestamp_seconds 1767225600.5",
    'holdfast_verify_introspections_total{answer="active"} 5',
    'holdfast_verify_introspections_total{answer="inactive"} 1',
    'holdfast_verify_introspections_total{answer="failed"} 2',
    "",
  ]);
  expect(lines).toContain("# TYPE holdfast_verify_tokens_refused_total counter");
});

test("leaves out what is not known", () => {
  const feed = { ...status.feed, state: "lost", lagMs: null, clockOffsetMs: null } as const;
  const keys = { ...status.keys, fetchedAt: null };
  const tokens = { ...status.tokens, refused: {} };
  const text = prometheusText({ status: () => ({ ...status, feed, keys, tokens, introspections: null }) });
  expect(text).toContain("holdfast_verify_feed_following 0\n");
  expect(text).not.toMatch(/null|NaN|lag|offset|fetched|refused|introspections/);
});
