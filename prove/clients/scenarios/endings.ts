import { minutes } from "@holdfast/client/testing";
import type { Scenario } from "./scenario.ts";
import { bringBack, putAway } from "./sleep.ts";

/** Sessions that really end: holding on would be the fault. */
export const endingScenarios: readonly Scenario[] = [
  {
    row: "38",
    title: "revoked at the server, five tabs",
    expected: "ended",
    tabs: 5,
    run: ({ revoke }) => revoke(),
  },
  {
    row: "26",
    title: "signed out in another tab",
    expected: "ended",
    tabs: 2,
    run: ({ signOut }, one) => signOut(one),
  },
  {
    row: "36",
    title: "signed out in another tab while this one lies in the back/forward cache",
    expected: "ended",
    tabs: 2,
    async run({ world, signOut }, cached, [other]) {
      putAway(cached);
      await world.run(minutes(1));
      if (other) await signOut(other);
      await world.run(minutes(1));
      bringBack(cached);
    },
  },
];
