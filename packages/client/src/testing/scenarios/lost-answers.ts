import { days, minutes, seconds } from "../durations.ts";
import { type Fault, faults } from "../network-faults.ts";
import type { World } from "../world.ts";
import {
  expectMounted,
  expectStatus,
  refreshesSince,
  type Scenario,
  startRefresh,
  untilStatus,
  verdictsSince,
} from "./scenario.ts";

/** Rows 16 to 20: the server has acted, and the client does not know. */
export const lostAnswerScenarios: readonly Scenario[] = [
  {
    number: 16,
    title: "200 with truncated JSON: tried again with the key, the same successor",
    run: (world) => loseOnce(world, faults.truncate, world.settings.storage === "cookie"),
  },
  {
    number: 17,
    title: "the answer lost after the rotation: the successor, active",
    run: (world) => loseOnce(world, faults.loseResponse),
  },
  {
    number: 18,
    title: "the answer lost, and tried again three days later: the successor, active",
    async run(world) {
      const tab = await world.signIn();
      const since = world.now;
      world.network.next("/refresh", faults.swallowResponse);
      startRefresh(tab);
      await world.run(seconds(1));
      world.network.down();
      await world.sleep(days(3));
      world.network.up();
      await world.run(seconds(60));
      await untilStatus(world, tab, "active", seconds(10));
      expectRepeated(world, since);
      expectMounted(world, tab, since);
    },
  },
  {
    number: 19,
    title: "the answer lost, the tab killed, opened again: the stored key, active",
    async run(world) {
      const tab = await world.signIn();
      const since = world.now;
      world.network.next("/refresh", faults.swallowResponse);
      startRefresh(tab);
      await world.run(seconds(1));
      tab.crash();
      await world.run(minutes(10));
      tab.reopen();
      await untilStatus(world, tab, "active", seconds(5));
      expectRepeated(world, since);
    },
  },
  {
    number: 20,
    title: "storage refuses to write after the rotation: goes on in memory, warns, and stores it later",
    async run(world) {
      const tab = await world.signIn();
      const warnings: string[] = [];
      tab.client.on("warning", ({ code }) => warnings.push(code));
      world.network.next("/refresh", faults.slow(20, 2000));
      const token = startRefresh(tab);
      await world.run(seconds(1));
      world.browser.storage.failWrites(true);
      world.expect((await world.waitFor(token)) !== null, "the new token is handed out");
      expectStatus(world, tab, "active");
      await world.run(minutes(10));
      expectStatus(world, tab, "active");
      world.expect(warnings.includes("storage_unavailable"), "it warns");
      world.browser.storage.failWrites(false);
      await world.run(minutes(5));
      tab.crash();
      await world.run(minutes(5));
      tab.reopen();
      await untilStatus(world, tab, "active", seconds(5));
    },
  },
];

/** `isCookieKept`: the browser took the new cookie from the head of the answer, and sends it with the second try. */
async function loseOnce(world: World, fault: Fault, isCookieKept = false): Promise<void> {
  const tab = await world.signIn();
  await world.run(minutes(1));
  const since = world.now;
  world.network.next("/refresh", fault);
  const token = startRefresh(tab);
  world.expect((await world.waitFor(token)) !== null, "the app gets its token");
  expectStatus(world, tab, "active");
  expectRepeated(world, since, isCookieKept ? "rotated,rotated" : undefined);
  expectMounted(world, tab, since);
}

/** The same attempt twice, and one rotation. */
function expectRepeated(world: World, since: number, verdicts = "rotated,replayed"): void {
  const keys = refreshesSince(world, since).map(({ request }) => request.headers.get("idempotency-key"));
  world.expect(keys[0] !== null && keys[0] === keys[1], "both requests carry the same key");
  world.expect(verdictsSince(world, since).slice(0, 2).join() === verdicts, `the server says ${verdicts}`);
}
