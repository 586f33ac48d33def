import type { RevokedReason } from "@holdfast/protocol";
import { revokedReasons } from "@holdfast/protocol";
import { describe, expect, it } from "vitest";
import { describe as tell } from "./describe.ts";
import { day, lineOf, rotationOf, sceneAfter, start } from "./timeline.testing.ts";

const refused = (data: object, after = 180) => lineOf("token.refused", { after, data: { ...data } });

describe("a refusal after the end", () => {
  const end = lineOf("grant.revoked", { data: { reason: "signed_out" } });

  it("says since when, and why", () => {
    const scene = sceneAfter([end], { revokedAt: end.at, revokedReason: "signed_out" });
    expect(tell(refused({ verdict: "revoked", reason: "signed_out" }), scene).title).toBe(
      "Refused: the session had ended 3 min earlier: signed out",
    );
  });

  it("names the client where the session itself lives on", () => {
    expect(tell(refused({ verdict: "revoked", reason: "account_closed" }), sceneAfter([end])).title).toBe(
      "Refused: the tokens of app had ended 3 min earlier: the account was closed",
    );
  });

  it.each(revokedReasons)("has words for %s", (reason) => {
    const { title } = tell(refused({ verdict: "revoked", reason }), sceneAfter());
    expect(title).not.toContain(reason);
    expect(tell(lineOf("session.revoked", { data: { reason } }), sceneAfter()).title).not.toContain(reason);
  });

  it("repeats a reason of a later version as it is", () => {
    const reason = "retired" as RevokedReason;
    expect(tell(lineOf("session.revoked", { data: { reason } }), sceneAfter()).title).toBe("Ended: retired");
  });
});

describe("a refusal because something ran out", () => {
  it("says since when nothing had used the session", () => {
    const line = refused({ verdict: "expired" }, 15 * 86_400);
    expect(tell(line, sceneAfter([])).title).toBe(
      "Refused: the session had been idle since 2026-11-21 03:40:11 UTC, for 15 days",
    );
  });

  it("says that the limit had been reached", () => {
    const session = { idleExpiresAt: new Date(start + 95 * day) };
    expect(tell(refused({ verdict: "expired" }, 91 * 86_400), sceneAfter([], session)).title).toBe(
      "Refused: the session had reached its limit on 2027-02-19 03:40:11 UTC, 24 h earlier",
    );
  });

  it("says that it was only the client's refresh token where the session lived on", () => {
    const line = refused({ verdict: "expired" }, 3 * 86_400);
    expect(tell(line, sceneAfter([rotationOf(1)])).title).toBe(
      "Refused: the refresh token of app had run out; it was last used 3 days earlier",
    );
    expect(tell(line, sceneAfter([])).title).toBe("Refused: the refresh token of app had run out");
  });
});

describe("a refusal of the wrong party", () => {
  it.each([
    [{ verdict: "unbound", presented_by: "other" }, "Refused: the token belongs to app and was presented by other"],
    [{ verdict: "unbound" }, "Refused: app did not prove who it is; its secret was missing or wrong"],
    [
      { verdict: "unbound", reason: "client_authentication_failed" },
      "Refused: app did not prove who it is; its secret was missing or wrong",
    ],
    [{ verdict: "unbound", reason: "dpop_proof_missing" }, "Refused: app did not prove that it holds its key"],
    [
      { verdict: "unbound", reason: "dpop_proof_invalid" },
      "Refused: the proof with which app was to show that it holds its key breaks a rule",
    ],
    [
      { verdict: "unbound", reason: "dpop_proof_replayed" },
      "Refused: the proof by which app shows that it holds its key had been used before",
    ],
    [
      { verdict: "unbound", reason: "dpop_key_mismatch" },
      "Refused: the token is bound to another key than the one that app proved",
    ],
    [{ verdict: "unknown" }, "Refused: a forged token, whose handle is not this grant's"],
  ])("%j is a warning, and says that the session was not harmed", (data, title) => {
    expect(tell(refused(data), sceneAfter())).toEqual({
      title,
      detail: expect.stringContaining("The session was not harmed."),
      severity: "warning",
    });
  });
});

it("an end that a failover had lost says that it is the second", () => {
  const data = { reason: "signed_out", cause: "failover" };
  expect(tell(lineOf("session.revoked", { data }), sceneAfter()).title).toBe(
    "Ended again, after a failover that had lost its end: signed out",
  );
  expect(tell(lineOf("grant.revoked", { data }), sceneAfter()).title).toBe(
    "The tokens of app ended again, after a failover that had lost their end: signed out",
  );
});

it("an end that came after the session had run out says so", () => {
  const line = lineOf("session.revoked", { after: 20 * 86_400, data: { reason: "user_disabled" } });
  const session = { revokedAt: line.at, revokedReason: "user_disabled" as const };
  expect(tell(line, sceneAfter([], session))).toMatchObject({
    title: "Ended: the user was disabled",
    detail: "It had run out by itself before, on 2026-12-05 03:40:11 UTC.",
  });
});
