import type { Model, ModelStep } from "./model.ts";
import { nodeName } from "./presenting.ts";
import { type Database, type Flight, noMemory, replaceAt, type State } from "./state.ts";
import type { World } from "./worlds.ts";

/** Time, revocation, replication, failover, restart. */
export function worldSteps(model: Model, state: State): ModelStep[] {
  return [
    ...passingTime(model, state),
    ...revoking(model, state),
    ...replicating(state),
    ...failingOver(model, state),
    ...restarting(model, state),
  ];
}

function passingTime({ world, rules }: Model, state: State): ModelStep[] {
  if (state.left.ticks === 0) return [];
  const waiting = state.tabs.flatMap(({ flight }) => (flight ? [older(flight)] : []));
  const primary = aged(world, state.primary);
  return [
    {
      state: {
        ...state,
        left: { ...state.left, ticks: state.left.ticks - 1 },
        primary,
        replica: world.lag === "tick" ? primary : aged(world, state.replica),
        tabs: state.tabs.map((tab) => {
          const flight = tab.flight && older(tab.flight);
          return {
            // Two tabs race for a key in milliseconds; only where that rule is off do they sleep over what they have read.
            prepared: rules["read-with-send"] ? null : tab.prepared,
            flight: flight && flight.age <= world.patience ? flight : null,
          };
        }),
        strays: [
          ...state.strays.map(older),
          ...waiting.filter(({ age, phase }) => age > world.patience && phase !== "answered"),
        ].filter(({ age }) => age <= world.requestLife),
        sinceAnswer: Math.min(state.sinceAnswer + 1, world.idle),
        sinceFailover: Math.min(state.sinceFailover + 1, world.idle),
      },
      breaks: [],
      says: () => {
        const span = world.overlap === 1 ? "the overlap" : `1/${world.overlap} of the overlap`;
        const isLost = waiting.some(({ age }) => age > world.patience);
        return `time passes: ${span}${isLost ? "; whoever waited for an answer has given up" : ""}`;
      },
    },
  ];
}

const older = (flight: Flight): Flight => ({ ...flight, age: flight.age + 1 });

function aged(world: World, { row, ledger }: Database): Database {
  const age = (each: number) => Math.min(each + 1, world.overlap);
  return {
    row: {
      ...row,
      ages: row.ages.map(age).filter((each) => each < world.overlap),
      idle: Math.max(row.idle - 1, 0),
    },
    ledger: { ...ledger, replaced: ledger.replaced.map(age) },
  };
}

function revoking({ rules }: Model, state: State): ModelStep[] {
  if (state.revocation === "committed") {
    return [
      {
        state: { ...state, revocation: "acknowledged", isEndTold: true },
        breaks: [],
        says: () => "the revocation is acknowledged",
      },
    ];
  }
  if (state.left.revocations === 0) return [];
  const begun = { ...state, left: { ...state.left, revocations: state.left.revocations - 1 } };
  const { row, ledger } = state.primary;
  const steps: ModelStep[] = [
    {
      state: {
        ...begun,
        revocation: "committed",
        primary: { row: { ...row, isEnded: true }, ledger: { ...ledger, isEndLogged: true } },
      },
      breaks: [],
      says: () => "a revocation is committed",
    },
  ];
  if (!rules["commit-before-reply"]) {
    steps.push({
      state: { ...begun, isEndTold: true },
      breaks: [],
      says: () => "a revocation is acknowledged, and the node killed before its commit",
    });
  }
  return steps;
}

function replicating(state: State): ModelStep[] {
  if (state.left.failovers === 0 || state.replica === state.primary) return [];
  return [{ state: { ...state, replica: state.primary }, breaks: [], says: () => "the replica catches up" }];
}

function failingOver({ world, rules }: Model, state: State): ModelStep[] {
  if (state.left.failovers === 0) return [];
  const { row, ledger } = state.replica;
  const isKept = rules.epoch && state.isEndTold;
  const isEnded = row.isEnded || isKept;
  const idle = rules["idle-from-promotion"] && row.idle > 0 ? world.idle : row.idle;
  const primary = { row: { ...row, isEnded, idle }, ledger: { ...ledger, isEndLogged: ledger.isEndLogged || isKept } };
  const lost = row.generation < state.primary.row.generation || row.isEnded !== state.primary.row.isEnded;
  return [
    {
      state: {
        ...state,
        left: { ...state.left, failovers: state.left.failovers - 1 },
        primary,
        replica: primary,
        // Whoever waited for its acknowledgement learns that the connection broke, and asks again.
        revocation: state.revocation === "committed" && !isEnded ? "none" : state.revocation,
        sinceFailover: 0,
      },
      breaks: [],
      says: () =>
        `the database fails over${lost ? ` and its tail is lost: generation ${row.generation}${isEnded ? ", ended" : ""}` : ""}`,
    },
  ];
}

/** Changes something only where a node remembers what the database should. */
function restarting({ rules }: Model, state: State): ModelStep[] {
  if (rules["attempt-in-row"]) return [];
  return state.nodes.flatMap((memory, node) =>
    memory.key === 0
      ? []
      : [
          {
            state: { ...state, nodes: replaceAt(state.nodes, node, noMemory) },
            breaks: [],
            says: () => `${nodeName(node)} restarts`,
          },
        ],
  );
}
