import { revokedReasons } from "@holdfast/protocol";
import { expect, it } from "vitest";
import { reasonOf } from "./reasons.ts";

it.each([
  ["signed_out", "user"],
  ["session_revoked", "admin"],
  ["replaced", "user"],
  ["reuse_detected", "policy"],
  ["user_disabled", "admin"],
  ["credentials_changed", "user"],
  ["a reason of a later version", "system"],
  [undefined, "system"],
])("%s is the doing of: %s", (reason, entity) => {
  expect(reasonOf(reason).entity).toBe(entity);
});

it("every reason has its own words for administrators", () => {
  const texts = [...revokedReasons, "unknown"].map((reason) => reasonOf(reason).text);
  for (const text of texts) expect(text).toMatch(/^[A-Z].+\.$/);
  expect(new Set(texts).size).toBe(texts.length);
});
