import { expect, test } from "vitest";
import { digestOf } from "../testing/fake-issuer.ts";
import { createManualTime } from "../testing/manual-time.ts";
import { createRevocations, revocableOf } from "./revocations.ts";

const claims = { sid: "session-1", grant_id: "grant-1" };

function setUp() {
  const clock = createManualTime(1_000_000);
  return { clock, revocations: createRevocations({ clock, toleranceSeconds: 5 }) };
}

test.each([
  ["session", "session-1", "session"],
  ["grant", "grant-1", "grant"],
  ["session", "grant-1", undefined],
  ["grant", "session-1", undefined],
  ["session", "session-2", undefined],
] as const)("a revoked %s %s makes the token's %s revoked", (subject, id, found) => {
  const { revocations } = setUp();
  revocations.add({ subject, digest: digestOf(id) });
  expect(revocations.find(revocableOf(claims))).toBe(found);
});

test("finds an id that is not ASCII", () => {
  const { revocations } = setUp();
  revocations.add({ subject: "session", digest: digestOf("sitzung-ä-😀") });
  expect(revocations.find(revocableOf({ ...claims, sid: "sitzung-ä-😀" }))).toBe("session");
});

test("forgets an entry after the horizon and the tolerance, and not before", () => {
  const { clock, revocations } = setUp();
  revocations.setHorizon(900);
  revocations.add({ subject: "session", digest: digestOf("session-1") });
  clock.advance(905_000);
  revocations.prune();
  expect(revocations.find(revocableOf(claims))).toBe("session");
  clock.advance(1);
  revocations.prune();
  expect(revocations.size).toBe(0);
});

test("does not keep an entry longer for coming twice", () => {
  const { clock, revocations } = setUp();
  revocations.setHorizon(900);
  revocations.add({ subject: "session", digest: digestOf("session-1") });
  clock.advance(800_000);
  revocations.add({ subject: "session", digest: digestOf("session-1") });
  clock.advance(105_001);
  revocations.prune();
  expect(revocations.size).toBe(0);
});

test("forgets nothing before it knows the horizon", () => {
  const { clock, revocations } = setUp();
  revocations.add({ subject: "session", digest: digestOf("session-1") });
  clock.advance(1e9);
  revocations.prune();
  expect(revocations.size).toBe(1);
});

test("never shortens the horizon: tokens of the longer life are still about", () => {
  const { clock, revocations } = setUp();
  revocations.setHorizon(3600);
  revocations.setHorizon(60);
  revocations.add({ subject: "session", digest: digestOf("session-1") });
  clock.advance(3_600_000);
  revocations.prune();
  expect(revocations.size).toBe(1);
});

test("holds no more than the horizon's worth, however many come", () => {
  const { clock, revocations } = setUp();
  revocations.setHorizon(10);
  for (let index = 0; index < 1000; index += 1) {
    revocations.add({ subject: "session", digest: digestOf(`session-${index}`) });
    revocations.add({ subject: "session", digest: digestOf(`session-${index}`) });
    revocations.prune();
    clock.advance(1000);
  }
  expect(revocations.size).toBe(16);
});
