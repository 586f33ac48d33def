import type { Database, Flight, Row, State, Tab, Verdict } from "./state.ts";
import { verdictOrder } from "./verdicts.ts";
import type { World } from "./worlds.ts";

const phases = ["sent", "judged", "answered"] as const satisfies readonly Flight["phase"][];
const revocations = ["none", "committed", "acknowledged"] as const satisfies readonly State["revocation"][];

/**
 * States as bytes, in canonical form: tabs and strays in an order of their own, keys named by first appearance. Two
 * states that differ only in the names of tabs or keys mostly get one form, and different states never do.
 */
export function createCodec({ tabs: tabCount }: World) {
  const buffer = new Uint8Array(512);
  let length = 0;
  let names: number[] = [];

  function put(value: number): void {
    // A byte that wrapped round would make two states one.
    if (value < 0 || value > 250 || length === buffer.length) throw new RangeError("The state outgrew its encoding.");
    buffer[length++] = value;
  }

  const putFlag = (value: boolean) => put(value ? 1 : 0);

  function putKey(key: number): void {
    const known = names.indexOf(key);
    if (key === 0) put(0);
    else put(known === -1 ? names.push(key) : known + 1);
  }

  function putList(values: readonly number[]): void {
    put(values.length);
    for (const value of values) put(value);
  }

  function putRow(row: Row): void {
    put(row.generation);
    putKey(row.attempt);
    putList(row.ages);
    put(row.idle);
    putFlag(row.isEnded);
  }

  function putDatabase({ row, ledger }: Database): void {
    putRow(row);
    put(ledger.highest);
    putList(ledger.replaced);
    put(ledger.logged);
    putFlag(ledger.isEndLogged);
  }

  function putFlight(flight: Flight): void {
    put(phases.indexOf(flight.phase) + 1);
    put(flight.generation);
    putKey(flight.key);
    put(flight.age);
    put(flight.answer);
    putFlag(flight.isLatest);
    put(flight.judged ? verdictOrder.indexOf(flight.judged.verdict) + 1 : 0);
    if (flight.judged) putRow(flight.judged.row);
  }

  function putTab({ prepared, flight }: Tab): void {
    putFlag(prepared !== null);
    if (prepared) {
      put(prepared.generation);
      putKey(prepared.key);
    }
    if (flight) putFlight(flight);
    else put(0);
  }

  /** By everything but the names of keys; a key that has appeared already comes before one that has not. */
  function compareFlights(one: Flight, other: Flight): number {
    return (
      phases.indexOf(one.phase) - phases.indexOf(other.phase) ||
      one.generation - other.generation ||
      one.age - other.age ||
      one.answer - other.answer ||
      Number(one.isLatest) - Number(other.isLatest) ||
      rankOf(one.key) - rankOf(other.key)
    );
  }

  function compareTabs(one: Tab, other: Tab): number {
    if (one.flight && other.flight) return compareFlights(one.flight, other.flight);
    if (one.flight || other.flight) return one.flight ? 1 : -1;
    if (!one.prepared || !other.prepared) return Number(one.prepared !== null) - Number(other.prepared !== null);
    return one.prepared.generation - other.prepared.generation || rankOf(one.prepared.key) - rankOf(other.prepared.key);
  }

  function rankOf(key: number): number {
    const known = names.indexOf(key);
    return known === -1 ? names.length : known;
  }

  function encode(state: State): Uint8Array {
    length = 0;
    names = [];
    const { left, browser, thief } = state;
    put(left.sends);
    put(left.ticks);
    put(left.thefts);
    put(left.revocations);
    put(left.failovers);
    putDatabase(state.primary);
    putDatabase(left.failovers > 0 ? state.replica : state.primary);
    put(browser.generation);
    putKey(browser.key);
    put(browser.jar);
    put(thief.generation);
    putKey(thief.key);
    for (const { generation, key } of state.nodes) {
      put(generation);
      putKey(key);
    }
    put(revocations.indexOf(state.revocation));
    putFlag(state.isEndTold);
    putFlag(state.isRobbed);
    put(state.sinceAnswer);
    put(state.sinceFailover);
    putList(state.minted);
    for (const tab of [...state.tabs].sort(compareTabs)) putTab(tab);
    put(state.strays.length);
    for (const stray of [...state.strays].sort(compareFlights)) putFlight(stray);
    return buffer.subarray(0, length);
  }

  return { encode, decode: (bytes: Uint8Array) => decode(bytes, tabCount) };
}

function decode(bytes: Uint8Array, tabCount: number): State {
  let offset = 0;
  let lastKey = 0;
  const take = () => bytes[offset++] ?? 0;
  const takeFlag = () => take() === 1;
  function takeList(): number[] {
    const values: number[] = [];
    for (let count = take(); count > 0; count--) values.push(take());
    return values;
  }

  function takeKey(): number {
    const key = take();
    if (key > lastKey) lastKey = key;
    return key;
  }

  const takeRow = (): Row => ({
    generation: take(),
    attempt: takeKey(),
    ages: takeList(),
    idle: take(),
    isEnded: takeFlag(),
  });

  const takeDatabase = (): Database => ({
    row: takeRow(),
    ledger: { highest: take(), replaced: takeList(), logged: take(), isEndLogged: takeFlag() },
  });

  function takeJudged(): Flight["judged"] {
    const verdict: Verdict | undefined = verdictOrder[take() - 1];
    return verdict === undefined ? null : { row: takeRow(), verdict };
  }

  function takeFlight(): Flight | null {
    const phase = phases[take() - 1];
    if (phase === undefined) return null;
    const sent = { phase, generation: take(), key: takeKey(), age: take(), answer: take(), isLatest: takeFlag() };
    return { ...sent, judged: takeJudged() };
  }

  const takeTab = (): Tab => ({
    prepared: takeFlag() ? { generation: take(), key: takeKey() } : null,
    flight: takeFlight(),
  });

  const state = {
    left: { sends: take(), ticks: take(), thefts: take(), revocations: take(), failovers: take() },
    primary: takeDatabase(),
    replica: takeDatabase(),
    browser: { generation: take(), key: takeKey(), jar: take() },
    thief: { generation: take(), key: takeKey() },
    nodes: [takeMemory(), takeMemory()],
    revocation: revocations[take()] ?? "none",
    isEndTold: takeFlag(),
    isRobbed: takeFlag(),
    sinceAnswer: take(),
    sinceFailover: take(),
    minted: takeList(),
    tabs: Array.from({ length: tabCount }, takeTab),
    strays: Array.from({ length: take() }, takeFlight).filter((flight) => flight !== null),
  };
  return { ...state, nextKey: lastKey + 1 };

  function takeMemory() {
    return { generation: take(), key: takeKey() };
  }
}
