import { expect, it } from "vitest";
import type { TimelineLine } from "./line.ts";
import { shutOutClients } from "./shut-out.ts";
import { lineOf, rotationOf } from "./timeline.testing.ts";

const started = (grantId: string, clientId = "app") => lineOf("grant.started", { grantId, clientId });
const ended = (grantId: string, reason: string, clientId = "app") =>
  lineOf("grant.revoked", { grantId, clientId, data: { reason } });
const refused = (verdict: string, reason?: string) =>
  lineOf("token.refused", { grantId: "one", data: reason === undefined ? { verdict } : { verdict, reason } });

it.each<[string, TimelineLine[], string[]]>([
  ["a client in use", [started("one"), rotationOf(1, { grantId: "one" })], []],
  ["one whose only grant ended", [started("one"), ended("one", "account_closed")], ["app: the account was closed"]],
  ["one that has begun anew", [started("one"), ended("one", "account_closed"), started("two")], []],
  ["one with an older grant that lives", [started("one"), started("two"), ended("two", "account_closed")], []],
  [
    "one whose every grant ended",
    [started("one"), started("two"), ended("two", "account_closed"), ended("one", "member_removed")],
    ["app: the account was closed"],
  ],
  ["one whose token ran out", [started("one"), refused("expired")], ["app: its refresh token had run out"]],
  [
    "one whose end is out of sight, but not its refusals",
    [refused("revoked", "reuse_detected")],
    ["app: a refresh token that had been replaced came back"],
  ],
  ["one that somebody else tried to be", [started("one"), refused("unbound"), refused("unknown")], []],
  ["one of whom only strangers are seen", [refused("unbound"), refused("unknown")], []],
  [
    "one client of two",
    [started("one"), started("two", "other"), ended("one", "account_closed")],
    ["app: the account was closed"],
  ],
])("of clients that can refresh no more: %s", (_, lines, told) => {
  expect(shutOutClients(lines).map(({ client, because }) => `${client}: ${because}`)).toEqual(told);
});
