import { days, faults, hours, minutes, seconds, type VirtualTab } from "@holdfast/client/testing";
import type { Trial } from "../trial.ts";
import type { Scenario } from "./scenario.ts";

/** Sleep, and pages that are put away. */
export const sleepScenarios: readonly Scenario[] = [
  {
    row: "1",
    title: "asleep 8 h, the monotonic clock stands still; no network for 5 s after waking",
    expected: "held",
    run: (trial) => sleepThroughTheNight(trial, "frozen"),
  },
  {
    row: "2",
    title: "asleep 8 h, the monotonic clock goes on; no network for 5 s after waking",
    expected: "held",
    run: (trial) => sleepThroughTheNight(trial, "running"),
  },
  {
    row: "4",
    title: "asleep for 10 min in the middle of a refresh; the connection is dead on waking",
    expected: "held",
    async run(trial, tab) {
      trial.world.network.next(trial.contestant.renewPath, faults.slow(seconds(5), seconds(5)));
      trial.renew(tab);
      await trial.world.run(seconds(7));
      await trial.world.sleep(minutes(10));
    },
  },
  {
    row: "18",
    title: "the answer to a refresh lost; asleep for three days",
    expected: "held",
    async run(trial, tab) {
      trial.world.network.next(trial.contestant.renewPath, faults.swallowResponse);
      trial.renew(tab);
      await trial.world.run(seconds(1));
      trial.world.network.down();
      await trial.world.sleep(days(3));
      trial.world.network.up();
    },
  },
  {
    row: "35",
    title: "back from the back/forward cache after an hour",
    expected: "held",
    async run(trial, tab) {
      putAway(tab);
      await trial.world.run(hours(1));
      bringBack(tab);
    },
  },
  {
    row: "34",
    title: "an hour in the background, timers once a minute",
    expected: "held",
    isAnswered: true,
    async run(trial, tab) {
      tab.hide({ timersEvery: minutes(1) });
      await trial.use(hours(1));
      tab.show();
    },
  },
];

/** As browsers do it: hidden, then into the cache. */
export function putAway(tab: VirtualTab): void {
  tab.hide();
  tab.enterBackForwardCache();
}

export function bringBack(tab: VirtualTab): void {
  tab.restore();
  tab.show();
}

async function sleepThroughTheNight(trial: Trial, monotonic: "frozen" | "running"): Promise<void> {
  await trial.use(minutes(1));
  trial.world.network.down();
  await trial.world.sleep(hours(8), { monotonic });
  await trial.use(seconds(5));
  trial.world.network.up();
}
