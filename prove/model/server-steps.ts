import type { Presented } from "./invariants.ts";
import type { Model, ModelStep } from "./model.ts";
import { judgeAt, nodeName, nodesOf, settle } from "./presenting.ts";
import { type Flight, replaceAt, type State } from "./state.ts";

/** A request under way, and how the state looks when it has become something else. */
interface Slot {
  readonly flight: Flight;
  readonly whose: string;
  /** Null when nothing of it is left. */
  readonly replace: (state: State, flight: Flight | null) => State;
  /** Whether somebody waits for the answer. */
  readonly isAwaited: boolean;
}

/** A node takes up a request that has arrived, or commits what it has judged. */
export function serverSteps(model: Model, state: State): ModelStep[] {
  return slotsOf(state).flatMap((slot) => {
    if (slot.flight.phase === "judged") return settling(model, state, slot);
    if (slot.flight.phase !== "sent" || isPastDeadline(model, slot.flight)) return [];
    return nodesOf(model).flatMap((node) => judging(model, state, slot, node));
  });
}

function slotsOf(state: State): Slot[] {
  const awaited = state.tabs.flatMap((tab, index): Slot[] => {
    if (!tab.flight) return [];
    const replace = (next: State, flight: Flight | null) => ({
      ...next,
      tabs: replaceAt(next.tabs, index, { ...tab, flight }),
    });
    return [{ flight: tab.flight, whose: `${tabName(index)}'s request`, replace, isAwaited: true }];
  });
  const strays = state.strays.map((flight, index): Slot => {
    const replace = (next: State, changed: Flight | null) => ({
      ...next,
      strays: changed ? replaceAt(next.strays, index, changed) : next.strays.filter((_, at) => at !== index),
    });
    return { flight, whose: "the abandoned request", replace, isAwaited: false };
  });
  return [...awaited, ...strays];
}

const tabNames = ["tab A", "tab B", "tab C"] as const;

export const tabName = (index: number) => tabNames[index] ?? `tab ${index + 1}`;

/** Beyond it the client has given up; with the rule its request says so, and is not looked at. */
function isPastDeadline({ world, rules }: Model, { age }: Flight): boolean {
  return rules.deadline && age > world.patience;
}

function presentedBy({ generation, key }: Flight): Presented {
  const proofs = { isTagged: true, isHandleKnown: true, isProved: true };
  return { generation, key, held: generation, by: "honest", ...proofs };
}

function judging(model: Model, state: State, slot: Slot, node: number): ModelStep[] {
  const presented = presentedBy(slot.flight);
  const { verdict, breaks, note } = judgeAt(model, state, presented, node);
  const where = `${nodeName(node)} judges ${slot.whose} (generation ${presented.generation}, ${keyName(presented.key)})`;
  if (!model.rules["one-statement"] || !model.rules["row-lock"]) {
    const flight: Flight = { ...slot.flight, phase: "judged", judged: { row: state.primary.row, verdict } };
    return [{ state: slot.replace(state, flight), breaks, says: () => `${where}: ${verdict}${note}, not written yet` }];
  }
  return settle(model, state, { presented, verdict, node, snapshot: null }).map((settled) => ({
    state: slot.replace(settled.state, answered(slot, settled.answer)),
    breaks: [...breaks, ...settled.breaks],
    says: () => `${where}: ${verdict}${note}${answerName(settled.answer)}${settled.note}`,
  }));
}

/** The second half, where judging and writing are apart. */
function settling(model: Model, state: State, slot: Slot): ModelStep[] {
  const { judged } = slot.flight;
  if (!judged) return [];
  const decision = { presented: presentedBy(slot.flight), verdict: judged.verdict, node: 0, snapshot: judged.row };
  return settle(model, state, decision).map((settled) => ({
    state: slot.replace(settled.state, answered(slot, settled.answer)),
    breaks: settled.breaks,
    says: () => `${slot.whose} is written: ${judged.verdict}${answerName(settled.answer)}${settled.note}`,
  }));
}

function answered({ flight, isAwaited }: Slot, answer: number): Flight | null {
  return isAwaited ? { ...flight, phase: "answered", answer, judged: null } : null;
}

export const keyName = (key: number) => (key === 0 ? "no key" : `key ${key}`);

export const answerName = (answer: number) => (answer === 0 ? "" : `, answered with generation ${answer}`);
