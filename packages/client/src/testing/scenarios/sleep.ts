import { hours, minutes, seconds } from "../durations.ts";
import { faults } from "../network-faults.ts";
import type { MonotonicInSleep } from "../virtual-clock.ts";
import type { World } from "../world.ts";
import {
  expectMounted,
  expectStatus,
  openTabs,
  refreshesSince,
  type Scenario,
  startRefresh,
  verdictsSince,
} from "./scenario.ts";

/** Rows 1 to 5: sleep and wake. */
export const sleepScenarios: readonly Scenario[] = [
  {
    number: 1,
    title: "sleep 8 h with the monotonic clock frozen, no network for 5 s after waking: stale, then active",
    run: (world) => sleepThroughTheNight(world, "frozen"),
  },
  {
    number: 2,
    title: "sleep 8 h with the monotonic clock running, no network for 5 s after waking: stale, then active",
    run: (world) => sleepThroughTheNight(world, "running"),
  },
  {
    number: 3,
    title: "sleep shorter than the token's life: no request",
    async run(world) {
      const tab = await world.signIn();
      await world.run(seconds(20));
      const since = world.now;
      await world.sleep(minutes(2));
      const token = await world.waitFor(tab.client.getToken());
      await world.run(seconds(20));
      world.expect(token !== null, "a token is in hand");
      world.expect(refreshesSince(world, since).length === 0, "nothing is asked of the server");
    },
  },
  {
    number: 4,
    title: "wake in mid-request, the connection dead: given up at the time-out, tried again with the same key, active",
    async run(world) {
      const tab = await world.signIn();
      const since = world.now;
      world.network.next("/refresh", faults.slow(5000, 5000));
      startRefresh(tab);
      await world.run(seconds(7));
      await world.sleep(minutes(10));
      await world.until("a second request", () => refreshesSince(world, since).length === 2, seconds(40));
      const keys = refreshesSince(world, since).map(({ request }) => request.headers.get("idempotency-key"));
      world.expect(keys[0] === keys[1], "both requests carry the same key");
      await world.run(seconds(1));
      expectStatus(world, tab, "active");
      world.expect(verdictsSince(world, since).join() === "rotated,replayed", "the server repeats its answer");
      expectMounted(world, tab, since);
    },
  },
  {
    number: 5,
    title: "asleep holding the lock: another tab goes without it after 8 s, and both converge",
    async run(world) {
      const [holder, other] = await openTabs(world, 2);
      if (!holder || !other) return;
      world.network.next("/refresh", faults.slow(20, seconds(3)));
      startRefresh(holder);
      await world.run(seconds(1));
      holder.freeze({ isSudden: true });
      const since = world.now;
      const token = startRefresh(other);
      await world.until("the other tab asks", () => refreshesSince(world, since).length === 1, seconds(9));
      world.expect(world.now - since >= seconds(7), "not before it has waited for the lock");
      const got = await world.waitFor(token);
      holder.resume();
      await world.run(seconds(30));
      expectStatus(world, holder, "active");
      expectStatus(world, other, "active");
      const [one, two] = await Promise.all([holder.client.getToken(), other.client.getToken()]);
      world.expect(got !== null && one === two, "both hold the same token");
    },
  },
];

async function sleepThroughTheNight(world: World, monotonic: MonotonicInSleep): Promise<void> {
  const tab = await world.signIn();
  await world.run(minutes(1));
  const since = world.now;
  world.network.down();
  await world.sleep(hours(8), { monotonic });
  world.note("the app asks for a token as it wakes");
  const token = tab.client.getToken();
  await world.run(seconds(5));
  expectStatus(world, tab, "stale");
  world.network.up();
  world.expect((await world.waitFor(token, seconds(35))) !== null, "the app gets its token");
  expectStatus(world, tab, "active");
  await world.run(seconds(30));
  world.expect(verdictsSince(world, since).join() === "rotated", "one refresh reached the server");
  expectMounted(world, tab, since);
}
