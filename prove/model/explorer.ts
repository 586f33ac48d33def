import { createStateStore, type StateStore } from "./state-store.ts";

/** One transition: the state it leads to, and the names of the invariants it breaks. */
export interface Step<State> {
  readonly state: State;
  readonly breaks: readonly string[];
  /** What happened, in words. Called for the few steps that are printed. */
  readonly says: () => string;
}

/** A transition system, and how its states are written. */
export interface System<State> {
  readonly initial: State;
  steps(state: State): readonly Step<State>[];
  /** Writes the canonical form: states that differ only in names have one. Valid until the next call. */
  encode(state: State): Uint8Array;
  decode(bytes: Uint8Array): State;
}

export interface ExploreOptions {
  /** Stop at the first broken invariant; else each invariant's first break is kept and the rest is visited. */
  readonly stopAtFirst: boolean;
  /** States at most. Beyond it the exploration ends and says that it is not complete. */
  readonly maximumStates: number;
}

export interface Exploration {
  readonly states: number;
  readonly transitions: number;
  /** Steps of the longest of the shortest ways to a state. */
  readonly depth: number;
  /** Whether every state within the bounds was visited. */
  readonly isComplete: boolean;
  /** The shortest history that breaks each broken invariant, a line a step. */
  readonly broken: ReadonlyMap<string, readonly string[]>;
}

/**
 * Visits every state that can be reached, breadth first, each once. The store is the queue as well: states stand in it
 * in the order they were found. What follows a broken invariant is not visited.
 */
export function explore<State>(system: System<State>, options: ExploreOptions): Exploration {
  const store = createStateStore();
  const broken = new Map<string, readonly string[]>();
  store.add(system.encode(system.initial), 0);
  let transitions = 0;
  let depth = 0;
  let endOfLevel = 1;
  let index = 0;
  for (; index < store.size && store.size <= options.maximumStates; index++) {
    if (index === endOfLevel) {
      depth += 1;
      endOfLevel = store.size;
    }
    for (const step of system.steps(system.decode(store.read(index)))) {
      transitions += 1;
      for (const invariant of step.breaks) {
        if (!broken.has(invariant)) broken.set(invariant, tell(system, store, index, invariant));
      }
      if (step.breaks.length === 0) store.add(system.encode(step.state), index);
    }
    if (options.stopAtFirst && broken.size > 0) break;
  }
  return { states: store.size, transitions, depth, isComplete: index === store.size, broken };
}

/**
 * Tells the way to a state and the step from there that breaks an invariant. It is walked again from the beginning,
 * because canonical states rename tabs and keys on the way and a reader wants them to keep their names.
 */
function tell<State>(system: System<State>, store: StateStore, last: number, invariant: string): string[] {
  const path: number[] = [];
  for (let index = last; index !== 0; index = store.parentOf(index)) path.unshift(index);
  const lines: string[] = [];
  let state = system.initial;
  for (const index of path) {
    const target = store.read(index);
    const step = system
      .steps(state)
      .find(({ state: next, breaks }) => breaks.length === 0 && isSame(system.encode(next), target));
    if (!step) throw new Error("The way to a state cannot be walked again: the canonical form is not a function.");
    lines.push(step.says());
    state = step.state;
  }
  const breaking = system.steps(state).find(({ breaks }) => breaks.includes(invariant));
  if (!breaking) throw new Error("The breaking step is not there when walked again.");
  return [...lines, breaking.says()];
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}
