import { expect, test } from "vitest";
import { type OnFeedLost, parseOptions, type VerifierOptions } from "./options.ts";

const good: VerifierOptions = { issuer: "https://id.example.com", audience: "https://api.example.com" };

const credentials = { id: "api", secret: "the secret of the service" };

test("reads every way to meet the loss of the feed", () => {
  const read = (onFeedLost: OnFeedLost) => parseOptions({ ...good, credentials, onFeedLost }).onFeedLost;
  expect(read("keep")).toMatchObject({ action: "keep" });
  expect(read({ refuseAfterSeconds: 0 })).toMatchObject({ action: "refuse", afterMs: 0 });
  const introspection = { action: "introspect", afterMs: 30_000 };
  expect(read({ introspectAfterSeconds: 30 })).toEqual({ ...introspection, ifUnreachable: "keep" });
  const strict = read({ introspectAfterSeconds: 30, ifUnreachable: "refuse" });
  expect(strict).toEqual({ ...introspection, ifUnreachable: "refuse" });
});

test.each<[NonNullable<VerifierOptions["reportUsage"]>, number | undefined]>([
  [false, undefined],
  [true, 60_000],
  [{ everySeconds: 10 }, 10_000],
])("takes reportUsage: %j as %s ms", (reportUsage, everyMs) => {
  expect(parseOptions({ ...good, credentials, reportUsage }).reportUsageEveryMs).toBe(everyMs);
});

test("fills in the defaults", () => {
  expect(parseOptions(good)).toMatchObject({
    audience: ["https://api.example.com"],
    algorithms: ["ES256", "RS256", "EdDSA"],
    clockToleranceSeconds: 5,
    followsFeed: true,
    onFeedLost: { action: "keep", afterMs: Number.POSITIVE_INFINITY },
    refusesOutdated: false,
    reportUsageEveryMs: undefined,
    maxCachedTokens: 10_000,
  });
});

test.each(["https://id.example.com/tenant", "http://localhost:4000", "http://127.0.0.1:1", "http://[::1]:1"])(
  "accepts the issuer %s",
  (issuer) => {
    expect(parseOptions({ ...good, issuer }).issuer).toBe(issuer);
  },
);

test("takes a size for the cache, or none", () => {
  expect(parseOptions({ ...good, cache: { maxEntries: 2 } }).maxCachedTokens).toBe(2);
  expect(parseOptions({ ...good, cache: false }).maxCachedTokens).toBe(0);
});

test.each<[string, Record<string, unknown>]>([
  ["issuer", { issuer: "id.example.com" }],
  ["issuer", { issuer: "http://id.example.com" }],
  ["issuer", { issuer: "http://127.0.0.1.example.com" }],
  ["issuer", { issuer: "https://id.example.com?x" }],
  ["issuer", { issuer: "https://id.example.com#x" }],
  ["issuer", { issuer: undefined }],
  ["audience", { audience: "" }],
  ["audience", { audience: [] }],
  ["audience", { audience: ["a", ""] }],
  ["audience", { audience: undefined }],
  ["algorithms", { algorithms: [] }],
  ["algorithms", { algorithms: ["none"] }],
  ["algorithms", { algorithms: ["ES256", "HS256"] }],
  ["clockToleranceSeconds", { clockToleranceSeconds: -1 }],
  ["clockToleranceSeconds", { clockToleranceSeconds: 301 }],
  ["clockToleranceSeconds", { clockToleranceSeconds: Number.NaN }],
  ["feed", { feed: "on" }],
  ["onFeedLost", { onFeedLost: { refuseAfterSeconds: -1 } }],
  ["onFeedLost", { onFeedLost: {} }],
  ["onFeedLost", { onFeedLost: "introspect" }],
  ["onFeedLost", { onFeedLost: null }],
  ["onFeedLost", { onFeedLost: { introspectAfterSeconds: 10 } }],
  ["onFeedLost", { onFeedLost: { introspectAfterSeconds: -1 }, credentials }],
  ["onFeedLost", { onFeedLost: { introspectAfterSeconds: "soon" }, credentials }],
  ["onFeedLost", { onFeedLost: { introspectAfterSeconds: 1, ifUnreachable: "wait" }, credentials }],
  ["onFeedLost", { onFeedLost: { introspectAfterSeconds: 1 }, credentials, feed: "off" }],
  ["onClaimsChanged", { onClaimsChanged: "refresh" }],
  ["onClaimsChanged", { onClaimsChanged: "refuse", feed: "off" }],
  ["credentials", { credentials: "api:secret" }],
  ["credentials", { credentials: null }],
  ["credentials", { credentials: {} }],
  ["credentials", { credentials: { id: "api", secret: "" } }],
  ["credentials", { credentials: { id: "", secret: "x" } }],
  ["credentials", { credentials: { id: "api" } }],
  ["reportUsage", { reportUsage: true }],
  ["reportUsage", { reportUsage: "yes", credentials }],
  ["reportUsage", { reportUsage: {}, credentials }],
  ["reportUsage", { reportUsage: { everySeconds: 9 }, credentials }],
  ["reportUsage", { reportUsage: { everySeconds: 3601 }, credentials }],
  ["reportUsage", { reportUsage: { everySeconds: "60s" }, credentials }],
  ["onFeedLost", { onFeedLost: { refuseAfterSeconds: 10 }, feed: "off" }],
  ["cache", { cache: true }],
  ["cache", { cache: 1000 }],
  ["cache", { cache: {} }],
  ["cache", { cache: { maxEntries: 0 } }],
  ["cache", { cache: { maxEntries: 1 } }],
  ["cache", { cache: { maxEntries: 2.5 } }],
  ["cache", { cache: { maxEntries: 1_000_001 } }],
  ["cache", { cache: { maxEntries: Number.POSITIVE_INFINITY } }],
])("refuses a wrong %s: %j", (name, change) => {
  expect(() => parseOptions({ ...good, ...change } as VerifierOptions)).toThrow(`createVerifier: ${name}:`);
});

test("lists everything that is wrong at once", () => {
  expect(() => parseOptions({ issuer: "x", audience: [], algorithms: [] })).toThrow(
    /issuer: .*audience: .*algorithms: /,
  );
});
