import { describe, expect, it } from "vitest";
import { firstCheckAt, planFor } from "./plan.ts";

const hour = 3_600_000;
const day = 24 * hour;
const now = Date.UTC(2026, 5, 1);
const settings = { idle: 14 * 86_400, absolute: 90 * 86_400, expiringNotice: 86_400 };
const at = (milliseconds: number) => new Date(now + milliseconds);

interface Case {
  readonly idle: number;
  readonly absolute?: number;
  readonly revoked?: number;
}

function plan({ idle, absolute = 60 * day, revoked }: Case, over = settings) {
  const session = {
    idleExpiresAt: at(idle),
    expiresAt: at(absolute),
    revokedAt: revoked === undefined ? null : at(revoked),
  };
  const { tell, reason, checkAt } = planFor(session, { now, settings: over });
  return [tell, reason, checkAt && checkAt.getTime() - now];
}

describe("a session", () => {
  it.each<[string, Case, unknown[]]>([
    ["far from its end is looked at again in a day", { idle: 10 * day }, [null, "idle_limit", day]],
    ["is looked at when its notice is due, where that is sooner", { idle: 30 * hour }, [null, "idle_limit", 6 * hour]],
    ["that ends in a day is told of", { idle: day }, ["expiring", "idle_limit", day + 15_000]],
    [
      "that ends by its absolute limit as well",
      { idle: 10 * day, absolute: 5 * hour },
      ["expiring", "absolute_limit", 5 * hour + 15_000],
    ],
    ["that ended a moment ago may yet turn out to have been used", { idle: -14_999 }, [null, "idle_limit", 1]],
    ["that has run out is told of, and never looked at again", { idle: -15_000 }, ["expired", "idle_limit", null]],
    ["that has reached its limit as well", { idle: day, absolute: -15_000 }, ["expired", "absolute_limit", null]],
    ["that was ended is not told of", { idle: 5 * hour, revoked: -hour }, [null, "idle_limit", null]],
    [
      "that was ended after it had run out has run out",
      { idle: -2 * hour, revoked: -hour },
      ["expired", "idle_limit", null],
    ],
  ])("%s", (_, session, expected) => {
    expect(plan(session)).toEqual(expected);
  });

  it("of an hour is told of a quarter of an hour before", () => {
    const short = { ...settings, idle: 3_600 };
    expect(plan({ idle: hour / 4 + 1 }, short)).toEqual([null, "idle_limit", 1]);
    expect(plan({ idle: hour / 4 }, short)).toEqual(["expiring", "idle_limit", hour / 4 + 15_000]);
  });
});

it.each<[typeof settings, number]>([
  [settings, day],
  [{ ...settings, idle: 3_600 }, 0.75 * hour],
  [{ ...settings, absolute: 7_200 }, 1.5 * hour],
])("is looked at first when it could be about to run out, with %j", (over, expected) => {
  expect(firstCheckAt(at(0), over).getTime() - now).toBe(expected);
});
