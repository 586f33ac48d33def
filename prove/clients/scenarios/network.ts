import { type Fault, faults, hours, minutes, seconds } from "@holdfast/client/testing";
import type { Trial } from "../trial.ts";
import type { Scenario } from "./scenario.ts";

/** No network, others who answer in the server's place, and answers that are lost. */
export const networkScenarios: readonly Scenario[] = [
  {
    row: "6",
    title: "offline for 24 h",
    expected: "held",
    isLong: true,
    async run({ world, use }) {
      world.goOffline();
      await use(hours(24), minutes(2));
      world.goOnline();
    },
  },
  {
    row: "8",
    title: "no network for 30 min, and the browser believes that there is one",
    expected: "held",
    async run({ world, use }) {
      world.network.down();
      await use(minutes(30));
      world.network.up();
    },
  },
  {
    row: "9",
    title: "opened without network an hour after it was closed; the network comes back 30 s later",
    expected: "held",
    async run({ world, use }, tab) {
      tab.close();
      world.goOffline();
      await world.run(hours(1));
      tab.reopen();
      await use(seconds(30));
      world.goOnline();
    },
  },
  {
    row: "11",
    title: "a captive portal answers everything with 200 and HTML for 10 min",
    expected: "held",
    run: (trial) => answerAll(trial, faults.captivePortal, minutes(10)),
  },
  {
    row: "12",
    title: "a proxy answers everything with 403 and HTML for 10 min",
    expected: "held",
    run: (trial) => answerAll(trial, faults.proxyRefusal(403), minutes(10)),
  },
  {
    row: "13",
    title: "502 for 15 min",
    expected: "held",
    run: (trial) => answerAll(trial, faults.badGateway, minutes(15)),
  },
  {
    row: "14",
    title: "429 with `Retry-After: 120` for 10 min, ten tabs",
    expected: "held",
    tabs: 10,
    run: (trial) => answerAll(trial, faults.tooMany("120"), minutes(10)),
  },
  {
    row: "16",
    title: "200 with half of the JSON, once",
    expected: "held",
    run: (trial) => loseOnce(trial, faults.truncate),
  },
  {
    row: "17",
    title: "the connection breaks after the server has rotated, once",
    expected: "held",
    run: (trial) => loseOnce(trial, faults.loseResponse),
  },
  {
    row: "19",
    title: "the answer lost, the tab killed, opened again 10 min later",
    expected: "held",
    async run({ world, contestant, renew }, tab) {
      world.network.next(contestant.renewPath, faults.swallowResponse);
      renew(tab);
      await world.run(seconds(1));
      tab.crash();
      await world.run(minutes(10));
      tab.reopen();
    },
  },
];

async function answerAll({ world, use }: Trial, fault: Fault, duration: number): Promise<void> {
  const lift = world.network.always(() => true, fault);
  await use(duration);
  lift();
}

/** The next refresh, whoever asks for it, within a token's life. */
async function loseOnce({ world, contestant, use }: Trial, fault: Fault): Promise<void> {
  world.network.next(contestant.renewPath, fault);
  await use(minutes(6));
}
