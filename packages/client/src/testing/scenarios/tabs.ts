import { hours, minutes, seconds } from "../durations.ts";
import { faults } from "../network-faults.ts";
import { readAccessToken } from "../reference-server/access-token.ts";
import type { World } from "../world.ts";
import {
  expectStatus,
  openTabs,
  refreshesSince,
  type Scenario,
  sidOf,
  startRefresh,
  untilStatus,
  verdictsSince,
} from "./scenario.ts";

/** Rows 21 to 27: many tabs, one session. */
export const tabScenarios: readonly Scenario[] = [
  {
    number: 21,
    title: "20 tabs at once with Web Locks: one request",
    run: (world) => wakeTogether(world, 1),
  },
  {
    number: 22,
    title: "20 tabs at once without Web Locks: at most 20 requests, one lineage, no reuse alarm",
    world: { browser: { locks: false } },
    run: (world) => wakeTogether(world, 20),
  },
  {
    number: 23,
    title: "the lock's holder crashes: the next goes on",
    async run(world) {
      const [holder, other] = await openTabs(world, 2);
      if (!holder || !other) return;
      world.network.next("/refresh", faults.hang);
      startRefresh(holder);
      await world.run(seconds(1));
      const token = startRefresh(other);
      await world.run(seconds(1));
      holder.crash();
      world.expect((await world.waitFor(token, seconds(5))) !== null, "the other tab gets a token at once");
      expectStatus(world, other, "active");
    },
  },
  {
    number: 24,
    title: "the lock's holder freezes and resumes after others have committed: its stale answer is discarded",
    async run(world) {
      const [holder, other] = await openTabs(world, 2);
      if (!holder || !other) return;
      world.network.next("/refresh", faults.slow(20, seconds(20)));
      startRefresh(holder);
      await world.run(seconds(1));
      holder.freeze({ isSudden: true });
      await world.waitFor(startRefresh(other));
      const newest = await world.waitFor(startRefresh(other));
      await world.run(minutes(2));
      holder.resume();
      await world.run(seconds(5));
      const held = await world.waitFor(holder.client.getToken());
      world.expect(issued(held) >= issued(newest), "the holder does not go back to its own, older token");
      await world.run(minutes(20));
      expectStatus(world, holder, "active");
      expectStatus(world, other, "active");
    },
  },
  {
    number: 25,
    title: "no BroadcastChannel: tabs converge through storage",
    world: { browser: { channel: false } },
    async run(world) {
      const [one, two] = await openTabs(world, 2);
      if (!one || !two) return;
      await world.run(minutes(30));
      expectStatus(world, one, "active");
      expectStatus(world, two, "active");
      await world.waitFor(one.signOut());
      await untilStatus(world, two, "ended", seconds(2));
    },
  },
  {
    number: 26,
    title: "sign-out in A during B's refresh: B discards the answer and is ended, and the successor is revoked",
    async run(world) {
      const [one, two] = await openTabs(world, 2);
      if (!one || !two) return;
      const sid = sidOf(one) ?? "";
      world.network.next("/refresh", faults.slow(20, seconds(3)));
      const token = startRefresh(two);
      await world.run(seconds(1));
      await world.waitFor(one.signOut());
      await untilStatus(world, two, "ended", seconds(1));
      world.expect((await world.waitFor(token)) === null, "its caller learns that nobody is signed in");
      await world.run(seconds(30));
      expectStatus(world, two, "ended");
      world.expect(world.server.facts.isOver(sid) === true, "the session is over at the server");
      const reopened = world.openTab();
      await world.run(seconds(30));
      world.expect(!reopened.client.state.isAuthenticated, "a new tab is not signed in either");
    },
  },
  {
    number: 27,
    title: "somebody else signs in, in B: A takes up the new session, and tokens never mix",
    async run(world) {
      const [one, two] = await openTabs(world, 2);
      if (!one || !two) return;
      await world.signIn("bob", two);
      await world.until("A follows", () => sidOf(one) === sidOf(two), seconds(10));
      const bob = world.server.userIdOf("bob");
      const tokens = [await world.waitFor(one.client.getToken()), await world.waitFor(two.client.getToken())];
      world.expect(
        tokens.every((token) => token !== null && readAccessToken(token)?.sub === bob),
        "both tokens are Bob's",
      );
      await world.run(minutes(20));
      expectStatus(world, one, "active");
      expectStatus(world, two, "active");
    },
  },
];

/** Twenty tabs that wake with a token that has run out, and all ask at once. */
async function wakeTogether(world: World, most: number): Promise<void> {
  const tabs = await openTabs(world, 20);
  await world.sleep(hours(1), { monotonic: "running" });
  const since = world.now;
  const tokens = tabs.map((tab) => tab.client.getToken());
  for (const token of tokens) world.expect((await world.waitFor(token)) !== null, "every tab gets a token");
  await world.run(seconds(20));
  const sent = refreshesSince(world, since).length;
  world.expect(sent >= 1 && sent <= most, `${most} requests at most, not ${sent}`);
  world.expect(!verdictsSince(world, since).includes("reused"), "nobody raises an alarm");
  for (const tab of tabs) expectStatus(world, tab, "active");
}

function issued(token: string | null): number {
  return token === null ? 0 : (readAccessToken(token)?.iat ?? 0);
}
