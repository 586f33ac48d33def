import type { VirtualTab } from "../virtual-tabs.ts";
import type { World } from "../world.ts";

/** What a page in a tab may be told next. */
export type Condition = "running" | "frozen" | "cached" | "gone";

/** A schedule under way: the world, and what is true in it. */
export interface Play {
  readonly world: World;
  conditionOf(tab: VirtualTab): Condition;
  become(tab: VirtualTab, condition: Condition): void;
  /** The tab that a number stands for: numbers count round. */
  tabAt(number: number): VirtualTab;
  /** The session that the person is in; null once they gave it up, and undefined where nobody can say. */
  session: string | null | undefined;
}

export function createPlay(world: World, session: string | undefined): Play {
  const conditions = new Map<VirtualTab, Condition>();
  return {
    world,
    session,
    conditionOf: (tab) => conditions.get(tab) ?? "running",
    become: (tab, condition) => void conditions.set(tab, condition),
    tabAt(number) {
      const tab = world.tabs[number % world.tabs.length];
      if (!tab) throw new Error("A schedule begins with a tab.");
      return tab;
    },
  };
}
