import { minutes, seconds } from "../durations.ts";
import { createWorld } from "../world.ts";
import type { WorldOptions } from "../world-options.ts";
import { type Command, describeCommand } from "./command.ts";
import { perform, wake } from "./perform.ts";
import { createPlay, type Play } from "./play.ts";

// Longer than an access token lives and the longest pause between two tries together.
const convergence = minutes(11);

/**
 * Lets all of it happen, one after the other, in a world of its own where somebody is signed in; then mends everything,
 * waits, and checks that every tab shows the truth.
 *
 * @throws WorldFailed with what happened, in order
 */
export async function runSchedule(commands: readonly Command[], options: WorldOptions = {}): Promise<void> {
  const world = createWorld(options);
  try {
    await world.signIn();
    const play = createPlay(world, world.server.newestGrantOf("ada")?.sid);
    for (const command of commands) {
      // A page is told, closed or killed between two turns of its own, never within one.
      await world.run(0);
      world.note(describeCommand(command));
      await perform(play, command);
      world.checkInvariants();
    }
    await mend(play);
    await checkTruth(play);
  } finally {
    await world.abandon();
  }
  world.checkInvariants();
}

/** Everything works again, and every page runs. */
async function mend(play: Play): Promise<void> {
  const { world } = play;
  world.note("everything is mended");
  world.network.clear();
  world.network.up();
  world.browser.storage.failWrites(false);
  world.goOnline();
  for (const tab of world.tabs) {
    wake(play, tab, "frozen");
    wake(play, tab, "cached");
    if (play.conditionOf(tab) === "running") tab.show();
  }
  await world.run(convergence);
}

/** Every tab shows the session that the person is in, or none where that is over. */
async function checkTruth(play: Play): Promise<void> {
  const { world, session } = play;
  if (session === undefined) return;
  const isLive = session !== null && !world.server.facts.isOver(session);
  for (const tab of world.tabs.filter((each) => play.conditionOf(each) === "running")) {
    const { state } = tab.client;
    const token = await world.waitFor(tab.client.getToken(), seconds(30));
    if (isLive) {
      const isShown = state.status === "active" && state.sid === session;
      world.expect(isShown && token !== null, `tab ${tab.name} shows ${session}, and not ${state.status}`);
    } else {
      world.expect(!state.isAuthenticated && token === null, `tab ${tab.name} shows nobody, and not ${state.status}`);
    }
  }
}
