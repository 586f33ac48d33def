import { hours, minutes, seconds } from "../durations.ts";
import { faults } from "../network-faults.ts";
import { readAccessToken } from "../reference-server/access-token.ts";
import {
  expectMounted,
  expectStatus,
  openTabs,
  refreshesSince,
  type Scenario,
  sidOf,
  startRefresh,
  untilStatus,
} from "./scenario.ts";

/** Rows 35 to 43 and 52: pages that come back, sessions that end, and APIs that refuse. */
export const endingScenarios: readonly Scenario[] = [
  {
    number: 35,
    title: "back from the back/forward cache, the session stands: active",
    async run(world) {
      const tab = await world.signIn();
      const since = world.now;
      tab.enterBackForwardCache();
      await world.run(hours(1));
      tab.restore();
      world.expect((await world.waitFor(tab.client.getToken(), seconds(5))) !== null, "a token is had");
      expectStatus(world, tab, "active");
      expectMounted(world, tab, since);
    },
  },
  {
    number: 36,
    title: "back from the back/forward cache, signed out elsewhere: ended before the first token call",
    async run(world) {
      const [cached, other] = await openTabs(world, 2);
      if (!cached || !other) return;
      cached.enterBackForwardCache();
      await world.run(minutes(1));
      await world.waitFor(other.signOut());
      await world.run(minutes(1));
      const since = world.now;
      cached.restore();
      await world.run(0);
      expectStatus(world, cached, "ended");
      world.expect((await world.waitFor(cached.client.getToken())) === null, "there is no token");
      world.expect(refreshesSince(world, since).length === 0, "nobody needs to be asked");
    },
  },
  {
    number: 37,
    title: "third-party cookies blocked, and the server on another site: storage of one's own works",
    world: { issuer: "https://login.example.net", browser: { thirdPartyCookies: false } },
    storage: ["local", "dpop"],
    async run(world) {
      const tab = await world.signIn();
      await world.run(minutes(10));
      expectStatus(world, tab, "active");
      tab.close();
      await world.run(minutes(1));
      tab.reopen();
      await untilStatus(world, tab, "active", seconds(5));
    },
  },
  {
    number: 38,
    title: "revoked at the server: ended in one round trip, and every tab by one message",
    async run(world) {
      const tabs = await openTabs(world, 5);
      const [first, ...others] = tabs;
      if (!first) return;
      await world.server.revoke(sidOf(first) ?? "");
      const since = world.now;
      const state = await world.waitFor(first.client.check());
      world.expect(state.status === "ended" && state.reason === "session_revoked", "ended, with the reason");
      world.expect(world.now - since <= 60, "within one round trip");
      await world.run(50);
      for (const tab of others) expectStatus(world, tab, "ended");
      world.expect(refreshesSince(world, since).length === 1, "the others need not ask");
    },
  },
  {
    number: 39,
    title: "a stale token is refused while a newer session is stored: taken up, active",
    async run(world) {
      const [one, two] = await openTabs(world, 2);
      if (!one || !two) return;
      world.network.next("/refresh", faults.slow(seconds(9.5), 20));
      startRefresh(one);
      await world.run(seconds(1));
      await world.server.revoke(sidOf(one) ?? "");
      await world.signIn("ada", two);
      await world.run(seconds(20));
      expectStatus(world, one, "active");
      world.expect(sidOf(one) === sidOf(two), "both stand in the new session");
      world.expect(!one.history.some(({ at, state }) => at > 0 && state.status === "ended"), "A never showed an end");
    },
  },
  {
    number: 40,
    title: "a thief replays a token two generations old: the grant is revoked, reuse_detected",
    async run(world) {
      const [tab, other] = await openTabs(world, 2);
      if (!tab || !other) return;
      await world.run(minutes(10));
      const grant = world.server.newestGrantOf("ada");
      if (!grant) return;
      world.note("a thief presents a token two generations old");
      await world.server.presentStolen(grant, grant.generation - 2, world.serverNow());
      const state = await world.waitFor(tab.client.check());
      world.expect(state.status === "ended" && state.reason === "reuse_detected", "ended: reuse_detected");
      await untilStatus(world, other, "ended", seconds(1));
    },
  },
  {
    number: 41,
    title: "a 401 from an API though the token is usable: one forced refresh, one more try",
    async run(world) {
      const tab = await world.signIn();
      const since = world.now;
      world.server.api.refuse((await world.waitFor(tab.client.getToken())) ?? "");
      const body = JSON.stringify({ name: "thing" });
      const answer = await world.waitFor(tab.client.fetch(`${world.settings.api}/things`, { method: "POST", body }));
      world.expect(answer.status === 200, "the app sees no 401");
      world.expect((await answer.json()).said === body, "the body was sent again");
      world.expect(world.server.api.counts().asked === 2, "the API is asked twice");
      world.expect(refreshesSince(world, since).length === 1, "one refresh");
    },
  },
  {
    number: 42,
    title: "an API that answers 401 for ever: one forced refresh and one more try, then the app sees it",
    async run(world) {
      const tab = await world.signIn();
      const since = world.now;
      world.server.api.refuse("all");
      for (let call = 1; call <= 5; call++) {
        const answer = await world.waitFor(tab.client.fetch(`${world.settings.api}/things`));
        world.expect(answer.status === 401, "the app sees the 401");
        world.expect(world.server.api.counts().asked <= 2 * call, "the API is asked twice at most");
        world.expect(refreshesSince(world, since).length <= call, "and the server once at most");
      }
      expectStatus(world, tab, "active");
      expectMounted(world, tab, since);
    },
  },
  {
    number: 43,
    title: "an account switch during a refresh: one after the other, both honoured",
    async run(world) {
      const tab = await world.signIn();
      const team = await world.server.teamOf("ada");
      world.network.next("/refresh", faults.slow(20, 2000));
      const refreshed = startRefresh(tab);
      await world.run(500);
      const switched = tab.client.switchAccount(team);
      world.expect((await world.waitFor(refreshed)) !== null, "the refresh is answered");
      await world.waitFor(switched);
      const token = await world.waitFor(tab.client.getToken());
      world.expect(token !== null && readAccessToken(token)?.account === team, "the token is for the new account");
      await world.run(minutes(10));
      expectStatus(world, tab, "active");
    },
  },
  {
    number: 52,
    title: "the API has lost its keys: no refresh storm",
    async run(world) {
      const tab = await world.signIn();
      const since = world.now;
      world.server.api.loseKeys(true);
      for (let call = 0; call < 20; call++) {
        const answer = await world.waitFor(tab.client.fetch(`${world.settings.api}/things`));
        world.expect(answer.status === 503, "the app sees the trouble");
      }
      world.expect(refreshesSince(world, since).length === 0, "it is not the token's fault");
      expectStatus(world, tab, "active");
    },
  },
];
