import { expect, test } from "vitest";
import { parseFeedMessage } from "./feed-message.ts";

const digest = "A".repeat(43);

test.each<[string, object]>([
  ["hello", { server_time_ms: 1, heartbeat_seconds: 5, horizon_seconds: 900 }],
  ["revoked", { subject: "grant", digest, at_ms: 1 }],
  ["claims_changed", { subject: "user", digest, at_ms: 1 }],
  ["keys_changed", {}],
  ["resync", { reason: "cursor_too_old" }],
  ["tick", { server_time_ms: 1 }],
])("reads %s", (event, data) => {
  expect(parseFeedMessage({ event, data: JSON.stringify(data) })).toEqual({ event, data });
});

test("passes over what a later version says", () => {
  expect(parseFeedMessage({ event: "later_version", data: "anything" })).toBeUndefined();
});

test.each<[string, unknown]>([
  ["hello", {}],
  ["hello", null],
  ["hello", { server_time_ms: 1, heartbeat_seconds: 0, horizon_seconds: 900 }],
  ["hello", { server_time_ms: 1, heartbeat_seconds: "5", horizon_seconds: 900 }],
  ["hello", { server_time_ms: 1, heartbeat_seconds: 5, horizon_seconds: -1 }],
  ["revoked", { subject: "user", digest, at_ms: 1 }],
  ["revoked", { subject: "session", digest: "session-1", at_ms: 1 }],
  ["revoked", { subject: "session", digest: `${digest}=`, at_ms: 1 }],
  ["revoked", { subject: "session", digest }],
  ["claims_changed", {}],
  ["claims_changed", { subject: "grant", digest, at_ms: 1 }],
  ["claims_changed", { subject: "user", digest: "user_ada", at_ms: 1 }],
  ["claims_changed", { subject: "user", digest, at_ms: "1" }],
  ["resync", {}],
  ["tick", {}],
])("refuses %s with %j", (event, data) => {
  expect(() => parseFeedMessage({ event, data: JSON.stringify(data) })).toThrow(`malformed \`${event}\``);
});

test("refuses what is not JSON", () => {
  expect(() => parseFeedMessage({ event: "tick", data: "{" })).toThrow(SyntaxError);
});
