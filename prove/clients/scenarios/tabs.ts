import { faults, hours, minutes, seconds, type VirtualTab } from "@holdfast/client/testing";
import type { Trial } from "../trial.ts";
import type { Scenario } from "./scenario.ts";

/** Many tabs, one session. */
export const tabScenarios: readonly Scenario[] = [
  {
    row: "–",
    title: "nothing is wrong: one tab, an hour",
    expected: "held",
    isAnswered: true,
    run: ({ use }) => use(hours(1)),
  },
  {
    row: "–",
    title: "nothing is wrong: two tabs, an hour",
    expected: "held",
    tabs: 2,
    isAnswered: true,
    run: ({ use }) => use(hours(1)),
  },
  {
    row: "21",
    title: "20 tabs ask at once after an hour's sleep, with Web Locks",
    expected: "held",
    tabs: 20,
    run: wakeTogether,
  },
  {
    row: "22",
    title: "20 tabs ask at once after an hour's sleep, without Web Locks",
    expected: "held",
    tabs: 20,
    world: { browser: { locks: false } },
    run: wakeTogether,
  },
  {
    row: "23",
    title: "one of two tabs crashes in the middle of a refresh that hangs",
    expected: "held",
    tabs: 2,
    async run({ world, contestant, renew }, holder, [other]) {
      world.network.next(contestant.renewPath, faults.hang);
      renew(holder);
      await world.run(seconds(1));
      if (other) renew(other);
      await world.run(seconds(1));
      holder.crash();
    },
  },
  {
    row: "24",
    title: "one of two tabs is frozen for two minutes in the middle of a refresh; the other refreshes meanwhile",
    expected: "held",
    tabs: 2,
    async run({ world, contestant, renew, use }, holder, [other]) {
      if (!other) return;
      world.network.next(contestant.renewPath, faults.slow(20, seconds(20)));
      renew(holder);
      await world.run(seconds(1));
      holder.freeze({ isSudden: true });
      renew(other);
      await world.run(minutes(1));
      renew(other);
      await use(minutes(1));
      holder.resume();
    },
  },
  {
    row: "39",
    title: "a refresh under way is refused, and the person has signed in anew in another tab meanwhile",
    expected: "held",
    tabs: 2,
    async run({ world, contestant, renew, revoke }, one, [two]) {
      world.network.next(contestant.renewPath, faults.slow(seconds(9.5), 20));
      renew(one);
      await world.run(seconds(1));
      await revoke();
      await world.signIn("ada", two);
      await world.run(seconds(20));
    },
  },
];

async function wakeTogether({ world, ask }: Trial, first: VirtualTab, others: readonly VirtualTab[]): Promise<void> {
  await world.sleep(hours(1), { monotonic: "running" });
  for (const tab of [first, ...others]) ask(tab);
  await world.run(seconds(20));
}
