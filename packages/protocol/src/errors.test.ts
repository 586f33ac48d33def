import { describe, expect, it } from "vitest";
import { type ErrorEntry, errorCatalogue } from "./errors.ts";

const entries = Object.entries<ErrorEntry>(errorCatalogue);

/** Every attempt has a proof of its own, and a new one may be good (RFC 9449, section 8, has the status). */
const renewable = ["dpop_nonce_required", "dpop_proof_replayed"];

describe.each(entries)("%s", (code, { area, status, title, meaning, action, retryable }) => {
  it("is lower_snake", () => {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
  });

  it("says what happened and what to do, in sentences", () => {
    for (const text of [meaning, action]) expect(text).toMatch(/^\S.*\.$/s);
    expect(action).not.toBe(meaning);
  });

  it("has a title of a few words, without a full stop", () => {
    expect(title).toMatch(/^[A-Z].*[^.!]$/);
    expect(title.split(" ").length).toBeLessThanOrEqual(9);
  });

  it("has texts without stray blanks, and with every quotation closed", () => {
    for (const text of [title, meaning, action]) {
      expect(text).toBe(text.trim());
      expect(text).not.toMatch(/ {2}|\n/);
      for (const mark of ["`", '"']) expect(text.split(mark).length % 2).toBe(1);
      expect(text.split("(").length).toBe(text.split(")").length);
    }
  });

  it("has a status that fits its area", () => {
    if (area === "operations") expect(status).toBe(0);
    else expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
    if (area === "token") expect([401, 403, 503]).toContain(status);
  });

  it("can be tried again where the trouble is ours, and only there", () => {
    // RFC 9110, sections 15.6.4 and RFC 6585, section 4: both say when to come back.
    if (status === 429) expect(retryable).toBe(true);
    if (renewable.includes(code)) expect({ status, retryable }).toEqual({ status: 400, retryable: true });
    else if ([400, 403, 404, 405, 413, 414, 415, 421].includes(status)) expect(retryable).toBe(false);
  });
});

it("has no two errors of one title", () => {
  const titles = entries.map(([, { title }]) => title);
  expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
});

it("never ends a session for trouble of ours", () => {
  const weather = [
    "temporarily_unavailable",
    "internal_error",
    "rate_limited",
    "keys_unavailable",
    "feed_lost",
  ] as const;
  for (const code of weather) expect(errorCatalogue[code].retryable, code).toBe(true);
});
