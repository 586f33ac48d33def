import type { StorageMode } from "../../auth-client.ts";
import type { Milliseconds } from "../../env.ts";
import type { SentRequest } from "../exchange.ts";
import type { RefreshRecord } from "../refresh-history.ts";
import type { VirtualTab } from "../virtual-tabs.ts";
import type { World } from "../world.ts";
import type { WorldOptions } from "../world-options.ts";

/** One row of the fault table, as a script. */
export interface Scenario {
  readonly number: number;
  /** The fault, and what is expected. */
  readonly title: string;
  readonly world?: WorldOptions;
  /** The modes it is about. Default: `cookie` and `local`. */
  readonly storage?: readonly StorageMode[];
  readonly run: (world: World) => Promise<void>;
}

/** A row that needs a framework, and is run where that is. */
export interface ScenarioElsewhere {
  readonly number: number;
  readonly title: string;
  readonly elsewhere: string;
}

/** The refreshes that left since then. */
export function refreshesSince(world: World, since: Milliseconds): readonly SentRequest[] {
  return world.network.sent.filter(({ at, path }) => at >= since && path === "/refresh");
}

/** What the server decided since then. */
export function verdictsSince(world: World, since: Milliseconds): readonly RefreshRecord["verdict"][] {
  const from = world.serverNow() - world.now + since;
  return world.server.history.filter(({ at }) => at >= from).map(({ verdict }) => verdict);
}

/** The app never showed this tab as signed out, nor as loading, since then. */
export function expectMounted(world: World, tab: VirtualTab, since: Milliseconds): void {
  const shown = tab.history.filter(({ at, state }) => at >= since && !state.isAuthenticated);
  world.expect(shown.length === 0, `tab ${tab.name} shows the app all the time, and never ${shown[0]?.state.status}`);
}

export function expectStatus(world: World, tab: VirtualTab, status: VirtualTab["status"]): void {
  world.expect(tab.status === status, `tab ${tab.name} is ${status}, not ${tab.status}`);
}

export async function untilStatus(
  world: World,
  tab: VirtualTab,
  status: VirtualTab["status"],
  within: Milliseconds,
): Promise<void> {
  await world.until(`tab ${tab.name} is ${status}`, () => tab.status === status, within);
}

/** The session that a tab shows, or null. */
export function sidOf({ client: { state } }: VirtualTab): string | null {
  return "sid" in state ? state.sid : null;
}

/** Opens as many tabs as that, signed in. */
export async function openTabs(world: World, count: number): Promise<readonly VirtualTab[]> {
  const first = await world.signIn();
  const others = Array.from({ length: count - 1 }, () => world.openTab());
  for (const tab of others) await untilStatus(world, tab, "active", 10_000);
  return [first, ...others];
}

/** Starts a refresh that is asked for by the app, without waiting for it; trouble is the client's affair. */
export function startRefresh(tab: VirtualTab): Promise<string | null> {
  const refresh = tab.client.getToken({ forceRefresh: true });
  refresh.catch(() => undefined);
  return refresh;
}
