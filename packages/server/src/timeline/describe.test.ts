import { type EventType, eventTypes } from "@holdfast/protocol";
import { describe, expect, it } from "vitest";
import { describe as tell } from "./describe.ts";
import type { TimelineLine } from "./line.ts";
import { chromeOnLinux, firefoxOnWindows, home, lineOf, rotationOf, sceneAfter } from "./timeline.testing.ts";

type Data = TimelineLine["data"];

/** Of each type one line as the server writes it, and what a person is told. */
const plainly: Record<EventType, readonly [Data, string, string]> = {
  "session.started": [
    { provider: "practice", ...home },
    "info",
    "Signed in through Practice provider from 192.0.2.1 (Chrome on Linux)",
  ],
  "session.reauthenticated": [
    home,
    "info",
    "Signed in again from 192.0.2.1 (Chrome on Linux), in the same browser: the session goes on",
  ],
  "session.refreshed": [
    { verdict: "rotated", presented: 4, generation: 4, ...home },
    "info",
    "Refreshed (generation 4 → 5)",
  ],
  "session.replayed": [
    { verdict: "replayed", presented: 4, generation: 5, is_same_attempt: true },
    "info",
    "Answered again: a retry of the same attempt got the same token (the first answer was probably lost)",
  ],
  "session.overlapped": [
    { verdict: "overlapped", presented: 4, generation: 5, replaced_at: "2026-11-21T03:39:59.000+00:00" },
    "info",
    "Answered with the current token: this one had been replaced 12 s earlier",
  ],
  "session.renewed": [
    { verdict: "renewed", presented: 1, generation: 1 },
    "info",
    "Renewed: a new access token, and app keeps its refresh token",
  ],
  "session.recovered": [
    { verdict: "recovered", presented: 4, generation: 2 },
    "warning",
    "The database had lost its last moments; the client's newer token was accepted (generation 2 → 5)",
  ],
  "session.reuse_detected": [
    { verdict: "reused", presented: 1, generation: 9 },
    "warning",
    "Refused: this refresh token had been replaced long before; the tokens of app were ended to protect Ada",
  ],
  "session.revoked": [{ reason: "signed_out" }, "ended", "Ended: signed out"],
  "grant.started": [home, "info", "First tokens for app"],
  "grant.account_switched": [
    { former: "01a1fc14-d251-7d58-a779-231a4e53c518", role: "member" },
    "info",
    "Switched to another account: tokens of app are for it from here on",
  ],
  "grant.revoked": [{ reason: "account_closed" }, "ended", "The tokens of app ended: the account was closed"],
  "token.refused": [
    { verdict: "revoked", reason: "signed_out" },
    "notice",
    "Refused: the tokens of app had ended: signed out",
  ],
  "signin.failed": [{ code: "provider_denied" }, "warning", "A sign-in failed: provider_denied"],
  "user.created": [{}, "info", "The person signed in for the first time"],
  "user.disabled": [{}, "ended", "The user was disabled"],
  "user.enabled": [{}, "info", "The user may sign in again"],
  "user.deleted": [{}, "ended", "The user was removed"],
  "account.created": [{}, "info", "An account was made"],
  "account.closed": [{ reason: "too dear" }, "ended", "The account was closed: too dear"],
  "account.reopened": [{}, "info", "The account was opened again"],
  "member.added": [{ role: "owner" }, "info", "The person became a member of an account"],
  "member.role_changed": [{ role: "admin", former: "member" }, "info", "The person's role in the account changed"],
  "session.expiring": [{}, "info", "Told that the session runs out soon, unless it is used"],
  "session.expired": [{}, "ended", "Ran out"],
  "webhook.failing": [{}, "warning", "A webhook has failed for an hour"],
  "webhook.disabled": [{}, "warning", "A webhook was disabled"],
  "member.removed": [{}, "ended", "The person is no longer a member of the account"],
  "key.created": [{}, "info", "A signing key was made"],
  "key.retired": [{}, "info", "A signing key was given its last day"],
};

describe("a line of the log", () => {
  it.each(eventTypes)("of %s is told", (type) => {
    const [data, severity, title] = plainly[type];
    expect(tell(lineOf(type, { data }), sceneAfter())).toMatchObject({ title, severity });
  });

  it.each(eventTypes)("of %s is told also when nothing stands in it", (type) => {
    const { title } = tell(lineOf(type, { grantId: null, clientId: null, requestId: null }), sceneAfter());
    expect(title).not.toMatch(/undefined|null|NaN|Invalid|\s{2}|\s$/);
  });

  it("of a session that a command made says so, and not that somebody signed in", () => {
    const line = lineOf("session.started", { requestId: "cli", data: { user_agent: "holdfast session create" } });
    expect(tell(line, sceneAfter()).title).toMatch(/^Made by an operator .*, without a sign-in$/);
  });

  it("of a later version is told by its type", () => {
    expect(tell(lineOf("session.dreamt" as EventType), sceneAfter())).toEqual({
      title: "session.dreamt",
      severity: "info",
    });
  });

  it.each(["toString", "constructor", "__proto__"])("is not taken for what every object has: %s", (type) => {
    expect(tell(lineOf(type as EventType), sceneAfter()).title).toBe(type);
  });
});

describe("a refresh", () => {
  it.each<[string, Data, string, string]>([
    ["the same place", home, "info", "Refreshed (generation 2 → 3)"],
    [
      "a newer version of the same browser",
      { ...home, user_agent: chromeOnLinux.replace("141", "142") },
      "info",
      "Refreshed (generation 2 → 3)",
    ],
    [
      "another address",
      { ...home, address: "198.51.100.7" },
      "notice",
      "Refreshed from another address than before (generation 2 → 3)",
    ],
    [
      "a program",
      { ...home, user_agent: "curl/8.14.1" },
      "warning",
      "Refreshed by another program than before (generation 2 → 3)",
    ],
    [
      "another browser",
      { ...home, user_agent: firefoxOnWindows },
      "warning",
      "Refreshed by another browser than before (generation 2 → 3)",
    ],
    [
      "another address and another browser",
      { address: "198.51.100.7", user_agent: firefoxOnWindows },
      "warning",
      "Refreshed from another address and by another browser than before (generation 2 → 3)",
    ],
    ["nobody knows where", {}, "info", "Refreshed (generation 2 → 3)"],
  ])("from %s says so", (_, data, severity, title) => {
    const scene = sceneAfter([lineOf("grant.started", { data: home }), rotationOf(1)]);
    expect(tell(rotationOf(2, { after: 60, data }), scene)).toMatchObject({ title, severity });
  });

  it("from another address says which it was before", () => {
    const line = rotationOf(2, { after: 60, data: { address: "198.51.100.7" } });
    expect(tell(line, sceneAfter([rotationOf(1)])).detail).toBe(
      "It was last used from 192.0.2.1 (Chrome on Linux), 60 s earlier.",
    );
  });

  it("is not compared with another grant's", () => {
    const others = [rotationOf(1, { grantId: "other", data: { address: "198.51.100.7" } })];
    expect(tell(rotationOf(1), sceneAfter(others)).severity).toBe("info");
  });

  it("that was answered again says when the attempt began, and from where", () => {
    const data = { verdict: "replayed", presented: 1, generation: 2, ...home };
    const line = lineOf("session.replayed", { after: 5, data });
    expect(tell(line, sceneAfter([rotationOf(1)])).detail).toBe(
      "The attempt began 5 s earlier from 192.0.2.1 (Chrome on Linux).",
    );
  });
});
