import type { StorageMode } from "../../auth-client.ts";
import { createWorld } from "../world.ts";
import type { WorldOptions } from "../world-options.ts";
import type { Scenario } from "./scenario.ts";

const bothModes: readonly StorageMode[] = ["cookie", "local"];

/** The storage modes that a scenario is about. */
export const storageModesOf = ({ storage = bothModes }: Scenario): readonly StorageMode[] => storage;

/**
 * Runs one row of the fault table in a world of its own, and checks the invariants.
 *
 * @throws WorldFailed with what happened, in order
 */
export async function runScenario(scenario: Scenario, options: WorldOptions = {}): Promise<void> {
  const browser = { ...scenario.world?.browser, ...options.browser };
  const world = createWorld({ ...scenario.world, ...options, browser });
  world.note(`${scenario.number}. ${scenario.title}`);
  try {
    await scenario.run(world);
  } finally {
    await world.abandon();
  }
  world.checkInvariants();
}
