import { minutes } from "../durations.ts";
import type { VirtualTab } from "../virtual-tabs.ts";
import type { Command } from "./command.ts";
import { faultNamed } from "./command.ts";
import type { Play } from "./play.ts";

type Doing = Command["do"];
type CommandTo<What extends Doing> = Extract<Command, { readonly do: What }>;
type Performers = { readonly [What in Doing]: (play: Play, command: CommandTo<What>) => Promise<void> | void };

const mostTabs = 6;
const ignore = () => undefined;

/** Does what the command says, where it can happen; what cannot is passed over. */
export async function perform(play: Play, command: Command): Promise<void> {
  const performer = performers[command.do] as (play: Play, command: Command) => Promise<void> | void;
  await performer(play, command);
}

/** For what happens to a page that runs. */
function inRunning(act: (tab: VirtualTab, play: Play) => void) {
  return (play: Play, command: { readonly tab: number }) => {
    const tab = play.tabAt(command.tab);
    if (play.conditionOf(tab) === "running") act(tab, play);
  };
}

const performers: Performers = {
  run: ({ world }, command) => world.run(command.for),
  sleep: ({ world }, command) => world.sleep(command.for, command),
  open({ world }) {
    if (world.tabs.length < mostTabs) world.openTab();
  },
  close: inRunning((tab, play) => {
    tab.close();
    play.become(tab, "gone");
  }),
  crash(play, { tab: number }) {
    const tab = play.tabAt(number);
    if (play.conditionOf(tab) === "gone") return;
    tab.crash();
    play.become(tab, "gone");
  },
  reopen(play, { tab: number }) {
    const tab = play.tabAt(number);
    tab.reopen();
    play.become(tab, "running");
  },
  hide: inRunning((tab) => tab.hide({ timersEvery: minutes(1) })),
  show: inRunning((tab) => tab.show()),
  freeze: inRunning((tab, play) => {
    tab.freeze();
    play.become(tab, "frozen");
  }),
  "freeze suddenly": inRunning((tab, play) => {
    tab.freeze({ isSudden: true });
    play.become(tab, "frozen");
  }),
  resume: (play, { tab }) => wake(play, play.tabAt(tab), "frozen"),
  cache: inRunning((tab, play) => {
    tab.enterBackForwardCache();
    play.become(tab, "cached");
  }),
  restore: (play, { tab }) => wake(play, play.tabAt(tab), "cached"),
  "go offline": ({ world }) => world.goOffline(),
  "go online": ({ world }) => world.goOnline(),
  "lie about onLine": ({ world: { browser } }) => browser.believeOnline(!browser.isOnline()),
  "cut off": ({ world, tabAt }, { tab }) => world.network.down(tabAt(tab).name),
  reconnect: ({ world, tabAt }, { tab }) => world.network.up(tabAt(tab).name),
  spoil: ({ world }, { fault, times }) => world.network.next("/refresh", faultNamed(fault), times),
  "step the clock": ({ world }, { by }) => world.clock.step(by),
  "get a token": inRunning(({ client }) => void client.getToken().catch(ignore)),
  "force a refresh": inRunning(({ client }) => void client.getToken({ forceRefresh: true }).catch(ignore)),
  "call the API": inRunning(({ client }, { world }) => void client.fetch(`${world.settings.api}/things`).catch(ignore)),
  "sign out": inRunning(signOut),
  "sign in": signIn,
  async revoke({ world, session }) {
    if (typeof session === "string") await world.server.revoke(session);
  },
  async steal({ world }, { from, generationsOld }) {
    // Who never signed in has nothing to steal.
    const grant = world.server.newestGrantOf(from);
    if (!grant) return;
    const generation = Math.max(1, grant.generation - generationsOld);
    await world.server.presentStolen(grant, generation, world.serverNow());
  },
  "fill the storage": ({ world }) => world.browser.storage.failWrites(true),
  "empty the storage": ({ world }) => world.browser.storage.failWrites(false),
};

/** Thaws a page, if it is in that condition. */
export function wake(play: Play, tab: VirtualTab, from: "frozen" | "cached"): void {
  if (play.conditionOf(tab) !== from) return;
  if (from === "frozen") tab.resume();
  else tab.restore();
  play.become(tab, "running");
}

function signOut(tab: VirtualTab, play: Play): void {
  const { state } = tab.client;
  if (!state.isAuthenticated) return;
  tab.signOut().catch(ignore);
  // A page that has not heard of the newest sign-in shows another session than the browser's cookies are for.
  play.session = state.sid === play.session ? null : undefined;
}

async function signIn(play: Play, { tab: number, person }: CommandTo<"sign in">): Promise<void> {
  const { world } = play;
  const tab = play.tabAt(number);
  if (play.conditionOf(tab) !== "running" || !world.network.isUp(tab.name)) return;
  await world.beginSignIn(person, tab);
  // For the code to be redeemed: it goes through an address bar, and is lost with the page.
  await world.run(200);
  play.session = world.server.newestGrantOf(person)?.sid;
}
