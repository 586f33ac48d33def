import { days, hours, minutes, seconds } from "../durations.ts";
import type { World } from "../world.ts";
import { expectMounted, expectStatus, refreshesSince, type Scenario, untilStatus } from "./scenario.ts";

/** Rows 28 to 34: clocks that are wrong, step, or hardly tick. */
export const clockScenarios: readonly Scenario[] = [
  {
    number: 28,
    title: "the client's clock 7 min ahead: the usual pace, no loop",
    world: { skew: minutes(7) },
    run: (world) => keepPace(world),
  },
  {
    number: 29,
    title: "the client's clock 7 min behind: refreshed before the real end",
    world: { skew: -minutes(7) },
    run: (world) => keepPace(world),
  },
  {
    number: 30,
    title: "the clock steps forward an hour while running: one early refresh",
    async run(world) {
      const tab = await world.signIn();
      await world.run(minutes(1));
      const since = world.now;
      world.clock.step(hours(1));
      await world.run(minutes(2));
      world.expect(refreshesSince(world, since).length === 1, "one early refresh");
      await keepPace(world);
      expectMounted(world, tab, since);
    },
  },
  {
    number: 31,
    title: "the clock steps back an hour while running: the schedule is kept",
    async run(world) {
      const tab = await world.signIn();
      await world.run(minutes(1));
      const since = world.now;
      world.clock.step(-hours(1));
      await world.run(minutes(2));
      world.expect(refreshesSince(world, since).length === 0, "nothing happens at once");
      await keepPace(world);
      expectMounted(world, tab, since);
    },
  },
  {
    number: 32,
    title: "the clock steps while the app is closed: a refresh, or healed by a 401",
    async run(world) {
      const tab = await world.signIn();
      for (const step of [days(1), -days(2)]) {
        tab.close();
        await world.run(minutes(1));
        world.clock.step(step);
        tab.reopen();
        await untilStatus(world, tab, "active", seconds(5));
        const answer = await world.waitFor(tab.client.fetch(`${world.settings.api}/things`));
        world.expect(answer.status === 200, "the API takes the token");
      }
    },
  },
  {
    number: 33,
    title: "the server 6 min ahead of the API: accepted, no loop",
    async run(world) {
      world.server.api.skew(-minutes(6));
      await keepPace(world);
    },
  },
  {
    number: 34,
    title: "60 s tokens and timers throttled to one a minute: getToken refreshes on demand",
    world: { access: seconds(60) },
    async run(world) {
      const tab = await world.signIn();
      tab.hide({ timersEvery: minutes(1) });
      for (let call = 0; call < 20; call++) {
        await world.run(seconds(45));
        const answer = await world.waitFor(tab.client.fetch(`${world.settings.api}/things`));
        world.expect(answer.status === 200, "the API takes the token");
      }
      world.expect(world.server.api.counts().refused === 0, "at the first try");
    },
  },
];

/** Half an hour of an app that asks its API once a minute: no 401, and no refresh too many. */
async function keepPace(world: World): Promise<void> {
  const tab = world.tabs[0] ?? (await world.signIn());
  const since = world.now;
  for (let minute = 0; minute < 30; minute++) {
    await world.run(minutes(1));
    const answer = await world.waitFor(tab.client.fetch(`${world.settings.api}/things`));
    world.expect(answer.status === 200, "the API takes the token");
  }
  expectStatus(world, tab, "active");
  world.expect(world.server.api.counts().refused === 0, "the API never had to refuse");
  const sent = refreshesSince(world, since).length;
  world.expect(sent >= 6 && sent <= 10, `about one refresh in four minutes, not ${sent} in thirty`);
}
