import { days, hours, minutes, seconds } from "../durations.ts";
import { type Fault, faults } from "../network-faults.ts";
import type { World } from "../world.ts";
import { expectMounted, expectStatus, openTabs, refreshesSince, type Scenario, untilStatus } from "./scenario.ts";

/** Rows 6 to 15: no network, a lying browser, and those who answer in the server's place. */
export const networkScenarios: readonly Scenario[] = [
  {
    number: 6,
    title: "offline for 24 h: active again, with a bounded number of requests",
    async run(world) {
      const tab = await world.signIn();
      const since = world.now;
      world.goOffline();
      await world.run(hours(24));
      expectStatus(world, tab, "stale");
      world.expect(refreshesSince(world, since).length <= 24 * 60 * 4, "at most four requests a minute");
      world.goOnline();
      await untilStatus(world, tab, "active", seconds(5));
      expectMounted(world, tab, since);
    },
  },
  {
    number: 7,
    title: "onLine stuck at false: refreshes anyway",
    async run(world) {
      world.browser.believeOnline(false);
      const tab = await world.signIn();
      const since = world.now;
      await world.run(minutes(30));
      expectStatus(world, tab, "active");
      world.expect(refreshesSince(world, since).length >= 6, "it refreshes at its usual pace");
    },
  },
  {
    number: 8,
    title: "onLine stuck at true with a dead network: backs off, stale, nobody is signed out",
    async run(world) {
      const tab = await world.signIn();
      const since = world.now;
      world.network.down();
      await world.run(minutes(30));
      expectStatus(world, tab, "stale");
      world.expect(refreshesSince(world, since).length <= 30 * 6, "at most six requests a minute");
      world.network.up();
      await untilStatus(world, tab, "active", seconds(35));
      expectMounted(world, tab, since);
    },
  },
  {
    number: 9,
    title: "cold start offline without a usable token: stale, not anonymous",
    async run(world) {
      const tab = await world.signIn();
      tab.close();
      world.goOffline();
      await world.run(hours(1));
      tab.reopen();
      const since = world.now;
      await world.run(seconds(30));
      expectStatus(world, tab, "stale");
      world.goOnline();
      await untilStatus(world, tab, "active", seconds(5));
      const wasOut = tab.history.some(({ at, state }) => at >= since && state.status === "anonymous");
      world.expect(!wasOut, "it was never shown as signed out");
    },
  },
  {
    number: 10,
    title: "cold start offline with a usable token in another tab: active",
    async run(world) {
      const tab = await world.signIn();
      world.goOffline();
      const second = world.openTab();
      await untilStatus(world, second, "active", seconds(5));
      const [one, two] = await Promise.all([tab.client.getToken(), second.client.getToken()]);
      world.expect(one === two, "both hold the same token");
    },
  },
  {
    number: 11,
    title: "a captive portal that answers 200 with HTML: passing trouble",
    run: (world) => survive(world, faults.captivePortal),
  },
  {
    number: 12,
    title: "a proxy that answers 401 and 403 with HTML: passing trouble",
    async run(world) {
      await survive(world, faults.proxyRefusal(401));
      await survive(world, faults.proxyRefusal(403));
    },
  },
  {
    number: 13,
    title: "502 twenty times: degraded, then stale, at most 60 s apart",
    async run(world) {
      const tab = await world.signIn();
      const since = world.now;
      world.network.next("/refresh", faults.badGateway, 20);
      await untilStatus(world, tab, "degraded", minutes(5));
      await untilStatus(world, tab, "stale", minutes(5));
      await untilStatus(world, tab, "active", minutes(25));
      const times = refreshesSince(world, since).map(({ at }) => at);
      const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
      world.expect(times.length === 21, "it asks until it is answered");
      world.expect(Math.max(...gaps) <= seconds(61), "at least once a minute");
      expectMounted(world, tab, since);
    },
  },
  {
    number: 14,
    title: "429 with Retry-After 120 and ten tabs: one cool-down for all",
    async run(world) {
      const tabs = await openTabs(world, 10);
      const lift = world.network.always("/refresh", faults.tooMany("120"));
      const since = world.now;
      await world.until("somebody is turned away", () => refreshesSince(world, since).length > 0, minutes(5));
      await world.run(seconds(119));
      world.expect(refreshesSince(world, since).length === 1, "nobody else asks meanwhile");
      lift();
      await world.run(minutes(2));
      for (const tab of tabs) expectStatus(world, tab, "active");
      world.expect(refreshesSince(world, since).length <= 3, "and then one for all");
    },
  },
  {
    number: 15,
    title: "429 with Retry-After as a date and a clock that is a day off: clamped, no spin",
    async run(world) {
      for (const step of [days(1), -days(2)]) {
        world.clock.step(step);
        const tab = await world.signIn();
        const inHalfAMinute = () => new Date(world.serverNow() + seconds(30)).toUTCString();
        const lift = world.network.always("/refresh", faults.tooMany(inHalfAMinute));
        const since = world.now;
        await world.run(minutes(15));
        world.expect(refreshesSince(world, since).length <= 15 * 60, "at most one request a second");
        lift();
        await untilStatus(world, tab, "active", minutes(5) + seconds(5));
        expectMounted(world, tab, since);
      }
    },
  },
];

/** Ten minutes of somebody else's answers to everything that leaves. */
async function survive(world: World, fault: Fault): Promise<void> {
  const tab = world.tabs[0] ?? (await world.signIn());
  const since = world.now;
  const lift = world.network.always("/refresh", fault);
  await world.run(minutes(10));
  expectStatus(world, tab, "stale");
  lift();
  await untilStatus(world, tab, "active", seconds(65));
  expectMounted(world, tab, since);
}
