import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOddInstance, type OddInstance, trySignIn } from "./odd-provider.testing.ts";

let odd: OddInstance;
beforeAll(async () => {
  odd = await createOddInstance();
});
afterAll(() => odd.close());

const now = () => Math.floor(Date.now() / 1000);

describe("a provider's clock", () => {
  it.each([
    ["4 minutes fast", 240],
    ["4 minutes slow", -240],
    ["9 minutes slow, with tokens that live for 5", -540],
  ])("may be %s", async (_what, secondsAhead) => {
    expect((await trySignIn(odd, { secondsAhead })).result).toBe("signed in");
  });

  it.each([
    ["20 minutes fast", 1_200, "20 minutes ahead of ours"],
    ["20 minutes slow", -1_200, "20 minutes behind ours"],
    ["6 minutes fast", 360, "6 minutes ahead of ours"],
    ["3 hours fast", 10_800, "3 hours ahead of ours"],
  ])("is named when it is %s", async (_what, secondsAhead, words) => {
    const { result, visit } = await trySignIn(odd, { secondsAhead });
    expect(result).toBe("provider_clock_skew");
    expect(visit.html).toContain(words);
    expect(visit.html).toContain("5 minutes are tolerated");
  });

  it("is not blamed when only the token is old", async () => {
    const { result, visit } = await trySignIn(odd, { claims: { iat: now() - 3_600, exp: now() - 1_800 } });
    expect(result).toBe("provider_clock_skew");
    expect(visit.html).toContain("though its clock agrees with ours");
  });

  it.each([
    ["issued 6 minutes from now", { iat: now() + 360 }],
    ["not valid before 6 minutes from now", { nbf: now() + 360 }],
    ["expired 6 minutes ago", { exp: now() - 360 }],
  ])("does not excuse a token %s", async (_what, claims) => {
    const { result, browser } = await trySignIn(odd, { claims });
    expect(result).toBe("provider_clock_skew");
    expect(browser.cookieNames).not.toContain("holdfast_session");
  });

  it("is measured against our own clock, also where that one is not the machine's", async () => {
    odd.instance.clock.advance(30 * 60_000);
    expect((await trySignIn(odd, { secondsAhead: 1_800 })).result).toBe("signed in");
    expect((await trySignIn(odd, {})).visit.html).toContain("30 minutes behind ours");
    odd.instance.clock.advance(-30 * 60_000);
  });
});

describe("a tolerance of its own", () => {
  it("is the provider's", async () => {
    const strict = await createOddInstance({}, { clockTolerance: "30s" });
    expect((await trySignIn(strict, { secondsAhead: 20 })).result).toBe("signed in");
    const { result, visit } = await trySignIn(strict, { secondsAhead: 90 });
    expect(result).toBe("provider_clock_skew");
    expect(visit.html).toContain("30 seconds are tolerated");
    await strict.close();
  });
});
