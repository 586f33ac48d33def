import type { Model, ModelStep } from "./model.ts";
import { keyName, tabName } from "./server-steps.ts";
import { type Browser, type Flight, replaceAt, type State, type Tab } from "./state.ts";

/** What the honest browser's tabs do: read, send, receive, give up, die. */
export function clientSteps(model: Model, state: State): ModelStep[] {
  return state.tabs.flatMap((tab, index) => {
    if (!tab.flight) return beginning(model, state, index);
    const steps = [givingUp(state, index, tab.flight)];
    return tab.flight.phase === "answered" ? [...steps, ...receiving(model, state, index, tab.flight)] : steps;
  });
}

function beginning(model: Model, state: State, index: number): ModelStep[] {
  if (state.left.sends === 0) return [];
  const tab = state.tabs[index];
  if (!tab?.prepared && isReadApart(model, state)) return [reading(model, state, index)];
  return [sending(model, state, index)];
}

function isReadApart({ rules }: Model, { browser }: State): boolean {
  return !rules["read-with-send"] || (!rules["one-pending-key"] && browser.key === 0);
}

const tokenOf = ({ world }: Model, { jar, generation }: Browser) => (world.mode === "cookie" ? jar : generation);

/** What is read now and sent later: the token, where that rule is off; that no key is pending, where keys race. */
function reading(model: Model, state: State, index: number): ModelStep {
  const { rules } = model;
  const isKeyMade = !rules["one-pending-key"] && state.browser.key === 0;
  const prepared = {
    generation: rules["read-with-send"] ? 0 : tokenOf(model, state.browser),
    key: isKeyMade ? state.nextKey : 0,
  };
  return {
    state: {
      ...withTab(state, index, { prepared, flight: null }),
      nextKey: state.nextKey + (isKeyMade ? 1 : 0),
    },
    breaks: [],
    says: () =>
      `${tabName(index)} reads ${prepared.generation > 0 ? `generation ${prepared.generation}` : "that no key is pending"}`,
  };
}

function sending(model: Model, state: State, index: number): ModelStep {
  const prepared = state.tabs[index]?.prepared ?? null;
  const generation = prepared?.generation || tokenOf(model, state.browser);
  const pending = prepared?.key || (model.rules["key-persisted"] ? state.browser.key : 0);
  const key = pending || state.nextKey;
  const flight: Flight = { generation, key, age: 0, phase: "sent", answer: 0, isLatest: true, judged: null };
  const earlier = supersede(state, key);
  return {
    state: {
      ...withTab(earlier, index, { prepared: null, flight }),
      left: { ...state.left, sends: state.left.sends - 1 },
      browser: { ...state.browser, key },
      nextKey: pending ? state.nextKey : state.nextKey + 1,
    },
    breaks: [],
    says: () => `${tabName(index)} sends generation ${generation} under ${keyName(key)}`,
  };
}

/** Marks what was sent under a key as not the latest any more. */
function supersede(state: State, key: number): State {
  const mark = (flight: Flight) => (flight.key === key ? { ...flight, isLatest: false } : flight);
  return { ...state, tabs: state.tabs.map((tab) => (tab.flight ? { ...tab, flight: mark(tab.flight) } : tab)) };
}

/** Its time is up, the page is reloaded, the network or the node died: the tab cannot tell, nor can the model. */
function givingUp(state: State, index: number, flight: Flight): ModelStep {
  const isAnswered = flight.phase === "answered";
  return {
    state: {
      ...withTab(state, index, { prepared: null, flight: null }),
      strays: isAnswered ? state.strays : [...state.strays, flight],
    },
    breaks: [],
    says: () =>
      isAnswered
        ? `${tabName(index)}'s answer is lost`
        : `${tabName(index)} gives up waiting; its request is still on its way`,
  };
}

function receiving({ world, rules }: Model, state: State, index: number, flight: Flight): ModelStep[] {
  const step = (browser: Browser, note: string): ModelStep => ({
    state: {
      ...withTab(state, index, { prepared: null, flight: null }),
      browser,
      sinceAnswer: flight.answer > 0 ? 0 : state.sinceAnswer,
    },
    breaks: [],
    says: () => `${tabName(index)} receives ${flight.answer ? `generation ${flight.answer}` : "the refusal"}${note}`,
  });
  if (flight.answer === 0) return [step(state.browser, "")];

  const isNewer = flight.answer > state.browser.generation || !rules["highest-generation"];
  const jar = jarAfter(flight.answer);
  const arrived = { ...state.browser, jar };
  // The client of a sender-constrained grant expects no other token.
  const stored = isNewer && !world.isBound ? { ...arrived, generation: flight.answer } : arrived;
  const killed = rules["key-outlives-answer"]
    ? { ...(world.mode === "cookie" ? arrived : stored), key: state.browser.key }
    : { ...arrived, key: 0 };
  const clearsKey = flight.isLatest || !rules["latest-clears-key"];
  const note = world.mode === "cookie" && jar !== state.browser.jar ? ` and its cookie` : "";
  return [
    step(isNewer && clearsKey ? { ...stored, key: 0 } : stored, note),
    ...(isNewer ? [step(killed, `${note}, and is killed while storing it`)] : []),
  ];

  function jarAfter(answer: number): number {
    if (world.mode !== "cookie") return 0;
    return rules["cookie-per-generation"] ? Math.max(state.browser.jar, answer) : answer;
  }
}

function withTab(state: State, index: number, tab: Tab): State {
  return { ...state, tabs: replaceAt(state.tabs, index, tab) };
}
