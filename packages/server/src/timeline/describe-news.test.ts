import { describe, expect, it } from "vitest";
import type { FollowersTold, MessageTold } from "../events/index.ts";
import { describeNews } from "./describe-news.ts";
import { lineOf } from "./timeline.testing.ts";
import { formatDelay } from "./times.ts";

const session = lineOf("session.revoked", { grantId: null, clientId: null });
const web = lineOf("grant.revoked", { clientId: "web" });
const phone = lineOf("grant.revoked", { clientId: "phone" });

const followers: FollowersTold = {
  channel: "feed",
  eventIds: ["1"],
  at: session.at,
  node: "web-1[4242]",
  services: {},
  anonymous: 0,
};
const message: MessageTold = {
  channel: "webhook",
  eventIds: ["1"],
  at: session.at,
  receiver: { id: "0190", name: "https://hooks.example.com/holdfast" },
  state: "told",
  attempts: 1,
  status: 200,
  error: null,
  nextAttemptAt: null,
};
const next = new Date(Date.UTC(2026, 10, 21, 3, 45));

const forOperator = { ends: [session], delayMs: 8, viewer: "operator" } as const;
const forOwner = { ...forOperator, viewer: "owner" } as const;

const many = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`service-${10 + index}`, 1]));

describe("followers of the feed", () => {
  it.each<[string, Partial<FollowersTold>, string]>([
    ["nobody in particular", { anonymous: 1 }, "1 follower of the feed was told 8 ms later (node web-1[4242])"],
    ["several of them", { anonymous: 3 }, "3 followers of the feed were told 8 ms later (node web-1[4242])"],
    [
      "one service",
      { services: { reports: 1 } },
      "1 follower of the feed was told 8 ms later: reports (node web-1[4242])",
    ],
    [
      "services, with their connections, and others",
      { services: { reports: 1, "billing-api": 2 }, anonymous: 9 },
      "12 followers of the feed were told 8 ms later: billing-api (2), reports and 9 without a name (node web-1[4242])",
    ],
    [
      "more services than a line holds",
      { services: many },
      `12 followers of the feed were told 8 ms later: ${Object.keys(many).slice(0, 10).join(", ")} and 2 more services (node web-1[4242])`,
    ],
  ])("%s", (_, told, title) => {
    expect(describeNews({ ...followers, ...told }, forOperator)).toEqual({ title, severity: "info" });
  });

  it("are a number to the person, without names", () => {
    const told = { ...followers, services: { "billing-api": 2 }, anonymous: 1 };
    expect(describeNews(told, forOwner).title).toBe("3 followers of the feed were told 8 ms later");
  });

  it("who were told of a client's tokens only were not told of a session's end", () => {
    const titleOf = (...ends: (typeof web)[]) =>
      describeNews({ ...followers, anonymous: 1 }, { ...forOwner, ends }).title;
    expect(titleOf(web)).toBe("1 follower of the feed was told 8 ms later that the tokens of web had ended");
    expect(titleOf(web, phone, web)).toBe(
      "1 follower of the feed was told 8 ms later that the tokens of phone and web had ended",
    );
    expect(titleOf(web, session)).toBe("1 follower of the feed was told 8 ms later");
  });

  it("who were told late are worth a look", () => {
    const severityAfter = (delayMs: number) => describeNews(followers, { ...forOperator, delayMs }).severity;
    expect([5_000, 5_001].map(severityAfter)).toEqual(["info", "notice"]);
  });
});

const hook = "Webhook https://hooks.example.com/holdfast (endpoint 0190)";

describe("a message", () => {
  it.each<[Partial<MessageTold>, string, string, string]>([
    [{}, "info", `${hook} was told 8 ms later (200)`, "A webhook was told 8 ms later"],
    [
      { attempts: 3 },
      "info",
      `${hook} was told 8 ms later, after 3 attempts (200)`,
      "A webhook was told 8 ms later, after 3 attempts",
    ],
    [
      { state: "waiting", attempts: 0, status: null, nextAttemptAt: next },
      "notice",
      `${hook} has not been told yet, next at 2026-11-21 03:45:00 UTC`,
      "A webhook has not been told yet",
    ],
    [
      { state: "waiting", attempts: 3, status: 503, error: "answered 503", nextAttemptAt: next },
      "warning",
      `${hook} has not answered yet: 3 attempts, last 503, next at 2026-11-21 03:45:00 UTC`,
      "A webhook has not answered yet: 3 attempts",
    ],
    [
      { state: "waiting", attempts: 1, status: null, error: "connection refused" },
      "warning",
      `${hook} has not answered yet: 1 attempt, last connection refused`,
      "A webhook has not answered yet: 1 attempt",
    ],
    [
      { state: "stopped", attempts: 0, status: null },
      "warning",
      `${hook} was not told: it is disabled`,
      "A webhook was not told: it is disabled",
    ],
    [
      { state: "given_up", attempts: 10, status: 500 },
      "warning",
      `${hook} was not told: given up after 10 attempts, last 500`,
      "A webhook was not told: given up after 10 attempts",
    ],
    [
      { channel: "signals", receiver: { id: "0191", name: "hr" }, status: 202 },
      "info",
      "The signals receiver hr (stream 0191) was told 8 ms later (202)",
      "A receiver of signals was told 8 ms later",
    ],
  ])("%j", (parts, severity, forThem, forThePerson) => {
    const told = { ...message, ...parts };
    expect(describeNews(told, forOperator)).toEqual({ title: forThem, severity });
    expect(describeNews(told, forOwner)).toEqual({ title: forThePerson, severity });
  });
});

it.each<[number, string]>([
  [0, "less than 1 ms"],
  [1, "1 ms"],
  [999, "999 ms"],
  [1_000, "1.0 s"],
  [9_940, "9.9 s"],
  [10_000, "10 s"],
  [180_000, "3 min"],
])("a delay of %i ms is %s", (milliseconds, words) => expect(formatDelay(milliseconds)).toBe(words));
