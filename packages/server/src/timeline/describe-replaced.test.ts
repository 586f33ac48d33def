import { describe, expect, it } from "vitest";
import { describe as tell } from "./describe.ts";
import type { TimelineLine } from "./line.ts";
import { chromeOnLinux, firefoxOnWindows, home, lineOf, rotationOf, sceneAfter } from "./timeline.testing.ts";

const curl = { address: "192.0.2.1", user_agent: "curl/8.14.1" };

/** Who replaced the token, who presents it now, and how the first is told of. */
const parties: [string, TimelineLine["data"], TimelineLine["data"], string][] = [
  ["another tab", home, home, " by another tab"],
  ["another address", { ...home, address: "198.51.100.7" }, home, " from another address (198.51.100.7)"],
  [
    "another browser at another address",
    { address: "198.51.100.7", user_agent: firefoxOnWindows },
    home,
    " from another address (198.51.100.7, Firefox on Windows)",
  ],
  ["another browser", { ...home, user_agent: firefoxOnWindows }, home, " by another browser (Firefox on Windows)"],
  ["a program", curl, home, " by another program (curl)"],
  ["the same program", curl, curl, " by another request of the same program"],
  ["an address nobody noted", { user_agent: chromeOnLinux }, home, ""],
  ["somebody of whom nothing was noted", {}, {}, ""],
];

describe("a token that had been replaced 41 s earlier", () => {
  it.each(parties)("by %s: overlapped", (_, by, presenter, told) => {
    const data = { verdict: "overlapped", presented: 4, generation: 5, ...presenter };
    const { title } = tell(
      lineOf("session.overlapped", { after: 41, data }),
      sceneAfter([rotationOf(4, { data: by })]),
    );
    expect(title).toBe(`Answered with the current token: this one had been replaced 41 s earlier${told}`);
  });

  it.each(parties)("by %s: reused", (_, by, presenter, told) => {
    const data = { verdict: "reused", presented: 4, generation: 5, ...presenter };
    const line = lineOf("session.reuse_detected", { after: 41, data });
    const scene = sceneAfter([rotationOf(4, { data: by })], { revokedAt: line.at, revokedReason: "reuse_detected" });
    expect(tell(line, scene).title).toBe(
      `Refused: this refresh token had been replaced 41 s earlier${told}; the session was ended to protect Ada`,
    );
  });

  it("that only its client's tokens ended for says just that", () => {
    const data = { verdict: "reused", presented: 4, generation: 5 };
    const scene = sceneAfter([], { revokedAt: new Date(), revokedReason: "signed_out" });
    expect(tell(lineOf("session.reuse_detected", { data }), scene).title).toContain("the tokens of app were ended");
  });

  it.each([
    [{ ...home, address: "198.51.100.7" }, /thief, or a copy/],
    [{ ...home, user_agent: firefoxOnWindows }, /at one address/],
    [home, /restored old storage/],
    [{}, /does not tell who/],
  ])("reused: what %j means", (by, meaning) => {
    const data = { verdict: "reused", presented: 4, generation: 5, ...home };
    const line = lineOf("session.reuse_detected", { after: 41, data });
    expect(tell(line, sceneAfter([rotationOf(4, { data: by })])).detail).toMatch(meaning);
  });
});

it("a token whose successor was used later says when, for the overlap counts from then", () => {
  const data = {
    ...{ verdict: "overlapped", presented: 4, generation: 6, ...home },
    successor_replaced_at: new Date(lineOf("session.overlapped", { after: 32_395 }).at).toISOString(),
  };
  const line = lineOf("session.overlapped", { after: 32_400, data });
  expect(tell(line, sceneAfter([rotationOf(4)]))).toMatchObject({
    title: "Answered with the current token: this one had been replaced 9 h earlier by another tab",
    detail: "The token after it was used 5 s earlier; the overlap counts from then.",
  });
});

describe("who replaced a token", () => {
  const overlapped = (presented: number) =>
    lineOf("session.overlapped", { after: 60, data: { verdict: "overlapped", presented, generation: 6, ...home } });

  it("is the one that presented this generation, not whoever refreshed last", () => {
    const elsewhere = { ...home, address: "198.51.100.7" };
    const earlier = [rotationOf(4, { data: elsewhere }), rotationOf(5, { after: 50 })];
    expect(tell(overlapped(4), sceneAfter(earlier)).title).toContain("60 s earlier from another address");
  });

  it("may be a recovery, which replaces all that the database had lost", () => {
    const data = { verdict: "recovered", presented: 5, generation: 2, ...home, address: "198.51.100.7" };
    const earlier = [lineOf("session.recovered", { after: 30, data })];
    expect(tell(overlapped(3), sceneAfter(earlier)).title).toContain("30 s earlier from another address");
    expect(tell(overlapped(1), sceneAfter(earlier)).title).toContain("replaced long before");
  });

  it("is not whoever replaced the generation before", () => {
    const earlier = [rotationOf(3, { data: { ...home, address: "198.51.100.7" } })];
    expect(tell(overlapped(4), sceneAfter(earlier)).title).toContain("replaced long before");
  });

  it("is not somebody with another grant", () => {
    const earlier = [rotationOf(4, { grantId: "other", data: { ...home, address: "198.51.100.7" } })];
    expect(tell(overlapped(4), sceneAfter(earlier)).title).toContain("replaced long before");
  });
});
