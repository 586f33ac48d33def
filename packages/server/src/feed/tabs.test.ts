import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { parseConfig } from "../config/index.ts";
import { createHoldfast, type Holdfast } from "../holdfast.ts";
import { createLogger } from "../logging/logger.ts";
import { bodyClient, createTestInstance, type TestInstance, testClient } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import type { TestFollower } from "./feed.testing.ts";
import {
  askForEvents,
  byCookie,
  byToken,
  type FollowTabOptions,
  followTab,
  type StartedSession,
} from "./tabs.testing.ts";

const secret = randomBytes(32).toString("base64");
const clients = [testClient, bodyClient];
const withinMs = 1_000;

let here: TestInstance;
/** A second node over the same schema, asked without a socket. */
let there: Holdfast;
const tabs: TestFollower[] = [];
let people = 0;
let person: StartedSession;
beforeAll(async () => {
  here = await createTestInstance({ hasPractice: false, config: { secret, clients, feed: { tabHeartbeat: "1s" } } });
  const config = parseConfig(
    { issuer: here.issuer, secret, clients, database: { schema: here.schema, poolSize: 3 } },
    { mode: "development" },
  );
  const options = { connection: inject("postgres"), clock: here.clock, logger: createLogger({ level: "silent" }) };
  there = await createHoldfast(config, options);
});
beforeEach(async () => {
  person = await start();
});
afterEach(async () => {
  for (const tab of tabs.splice(0)) await tab.close();
});
afterAll(async () => {
  await there.close();
  await here.close();
});

const start = (clientId = "app") => startSession(here, { clientId, email: `person-${++people}@example.com` });

/** Another client's tokens under the same session. */
async function startOtherClient({ session, account }: StartedSession): Promise<string> {
  const client = there.clients.choose("device");
  const source = { requestId: "test", address: null, userAgent: null };
  return (await there.admission.enter({ client, session, accountId: account.id, source })).subject.grantId;
}

async function follow(options: FollowTabOptions): Promise<TestFollower> {
  const tab = await followTab(here, options);
  tabs.push(tab);
  return tab;
}

const newsOf = ({ heard }: TestFollower) =>
  heard
    .filter(({ event }) => event === "revoked" || event === "claims_changed")
    .map(({ event, data }) => [event, data]);

const ways: readonly [string, (session: StartedSession) => FollowTabOptions][] = [
  ["a browser's", byCookie],
  ["a token's", byToken],
];

describe.each(ways)("%s open tab", (_, options) => {
  it("is greeted, and gets signs of life", async () => {
    const tab = await follow(options(person));
    expect(tab.heard[0]).toEqual({
      event: "hello",
      id: null,
      data: { server_time_ms: here.clock.now(), heartbeat_seconds: 1 },
    });
    await tab.until(({ event }) => event === "tick");
  });

  it("hears within a second that its session was ended on another node, and why; then the stream ends", async () => {
    const tab = await follow(options(person));
    await there.sessions.revoke({ id: person.session.id }, "signed_out");
    await tab.until(({ event }) => event === "revoked", withinMs);
    await tab.ended;
    expect(newsOf(tab).at(-1)).toEqual([
      "revoked",
      { subject: "session", reason: "signed_out", at_ms: here.clock.now() },
    ]);
  });

  it("hears that its tokens alone were ended, and nothing comes after", async () => {
    const tab = await follow(options(person));
    await there.grants.endOne(person.grantId, "token_revoked");
    await tab.ended;
    expect(newsOf(tab)).toEqual([
      ["revoked", { subject: "grant", reason: "session_revoked", at_ms: here.clock.now() }],
    ]);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ["the user was disabled", () => there.users.disable(person.session.userId), "user_disabled"],
    ["the user was removed", () => there.users.remove(person.session.userId), "user_disabled"],
    ["the account was closed", () => there.accounts.close(person.account.id, "a test"), "account_closed"],
  ])("hears that %s", async (_what, shutOut, reason) => {
    const tab = await follow(options(person));
    await shutOut();
    const { data } = await tab.until(({ event }) => event === "revoked", withinMs);
    expect(data).toMatchObject({ reason });
    await tab.ended;
  });

  it("hears that its person has another role", async () => {
    const tab = await follow(options(person));
    await there.accounts.changeRole(person.account.id, person.session.userId, "member");
    await tab.until(({ event }) => event === "claims_changed", withinMs);
    expect(newsOf(tab)).toEqual([["claims_changed", { subject: "user", at_ms: here.clock.now() }]]);
  });

  it("hears nothing of others", async () => {
    const tab = await follow(options(person));
    const other = await start();
    const device = await startOtherClient(person);
    await there.accounts.changeRole(other.account.id, other.session.userId, "member");
    await there.accounts.close(other.account.id, "a test");
    await there.sessions.revoke({ id: other.session.id }, "signed_out");
    await there.grants.endOne(device, "token_revoked");
    await there.sessions.revoke({ id: person.session.id }, "session_revoked");
    await tab.ended;
    // All that it heard is of its own end: its grant's, and the session's.
    expect(newsOf(tab).map(([event, data]) => [event, (data as { reason: string }).reason])).toEqual([
      ["revoked", "session_revoked"],
      ["revoked", "session_revoked"],
    ]);
  });

  it("is told when the session reaches its limit, of which no line tells", async () => {
    const tab = await follow(options(person));
    here.clock.advance(400 * 86_400_000);
    await tab.ended;
    expect(newsOf(tab)).toMatchObject([["revoked", { subject: "session", reason: "session_expired" }]]);
  });

  it("whose session has ended is turned away", async () => {
    await there.sessions.revoke({ id: person.session.id }, "signed_out");
    expect((await askForEvents(here, options(person))).status).toBe(401);
    expect(here.holdfast.feed.tabs.size).toBe(0);
  });
});

describe("after a switch to another account", () => {
  it("a tab hears of it, and then of what happens to that account", async () => {
    const team = await there.accounts.create({ name: "Team", ownerId: person.session.userId });
    const tab = await follow(byCookie(person));
    await fetch(`${here.issuer}/refresh`, {
      method: "POST",
      body: new URLSearchParams({ client_id: "app", refresh_token: person.refreshToken, account: team }),
    });
    await tab.until(({ event }) => event === "claims_changed", withinMs);
    expect(newsOf(tab)).toEqual([["claims_changed", { subject: "session", at_ms: here.clock.now() }]]);
    await there.accounts.close(team, "a test");
    await tab.until(({ event }) => event === "revoked", withinMs);
  });
});

describe("an end that comes while a tab is being let in", () => {
  it("is told, or the tab is turned away: none stays open", async () => {
    for (let round = 0; round < 10; round++) {
      const each = await start();
      const [response] = await Promise.all([
        askForEvents(here, byCookie(each)),
        there.sessions.revoke({ id: each.session.id }, "signed_out"),
      ]);
      if (response.status === 200) expect(await response.text()).toContain("event: revoked");
      else expect(response.status).toBe(401);
    }
    expect(here.holdfast.feed.tabs.size).toBe(0);
  });
});

describe("the number of streams", () => {
  it("of one session is eight: the oldest gives up its place, and none of another session", async () => {
    const neighbour = await follow(byCookie(await start()));
    const own = await Promise.all(Array.from({ length: 8 }, () => follow(byCookie(person))));
    await follow(byCookie(person));
    expect(here.holdfast.feed.tabs.size).toBe(9);
    await Promise.race(own.map(({ ended }) => ended));
    expect(neighbour.heard.some(({ event }) => event === "revoked")).toBe(false);
  });

  it("is not anybody's to take who only names the session", async () => {
    await Promise.all(Array.from({ length: 8 }, () => follow(byCookie(person))));
    const forged = `hf_s_${Buffer.concat([Buffer.from(person.session.id.replaceAll("-", ""), "hex"), Buffer.alloc(32)]).toString("base64url")}`;
    const response = await askForEvents(here, byCookie({ ...person, cookie: forged }));
    expect(response.status).toBe(401);
    expect(here.holdfast.feed.tabs.size).toBe(8);
  });

  it("falls when a tab is closed", async () => {
    const tab = await follow(byCookie(person));
    expect(here.holdfast.feed.tabs.size).toBe(1);
    await tab.close();
    await expect.poll(() => here.holdfast.feed.tabs.size).toBe(0);
  });
});
