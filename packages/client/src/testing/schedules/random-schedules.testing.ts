import fc from "fast-check";
import { hours, minutes, seconds } from "../durations.ts";
import type { WorldOptions } from "../world-options.ts";
import type { Command, FaultName } from "./command.ts";

const tab = fc.nat(5);
const faultNames: readonly FaultName[] = [
  "unreachable",
  "loseRequest",
  "hang",
  "loseResponse",
  "swallowResponse",
  "truncate",
  "captivePortal",
  "badGateway",
  "proxyRefusal",
  "tooMany",
  "slow",
];

const pause = fc.constantFrom(1, 10, 25, 60, 500, seconds(3), seconds(12), seconds(40), minutes(2), minutes(4));
const toTab = fc.record({
  do: fc.constantFrom("close", "crash", "hide", "show", "freeze", "freeze suddenly", "resume", "cache", "restore"),
  tab,
});
const byApp = fc.record({ do: fc.constantFrom("get a token", "force a refresh", "call the API"), tab });
const toNetwork = fc.record({ do: fc.constantFrom("go offline", "go online", "lie about onLine") });

/** What may happen at any time, and ends no session. */
export const always: fc.WeightedArbitrary<unknown>[] = [
  { weight: 8, arbitrary: fc.record({ do: fc.constant("run"), for: pause }) },
  { weight: 4, arbitrary: byApp },
  { weight: 4, arbitrary: toTab },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("reopen"), tab }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("open") }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("spoil"),
      fault: fc.constantFrom(...faultNames),
      times: fc.integer({ min: 1, max: 4 }),
    }),
  },
  { weight: 1, arbitrary: toNetwork },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("cut off", "reconnect"), tab }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("sleep"),
      for: fc.constantFrom(seconds(20), minutes(3), hours(1), hours(9)),
      monotonic: fc.constantFrom("frozen", "running"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("step the clock"),
      by: fc.constantFrom(-hours(1), -minutes(7), -seconds(5), seconds(5), minutes(7), hours(1)),
    }),
  },
];
/** People come and go. */
export const comings: fc.WeightedArbitrary<unknown>[] = [
  { weight: 1, arbitrary: fc.record({ do: fc.constant("sign out"), tab }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("sign in"), tab, person: fc.constantFrom("ada", "bob") }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("revoke") }) },
];

/** A thief has a copy of a refresh token. */
export const thefts: fc.WeightedArbitrary<unknown>[] = [
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("steal"), from: fc.constantFrom("ada", "bob"), generationsOld: fc.nat(3) }),
  },
];

const schedules = (steps: fc.WeightedArbitrary<unknown>[]) =>
  fc.array(fc.oneof(...steps) as fc.Arbitrary<Command>, { minLength: 1, maxLength: 30 });

/** Where two tabs or two reloads may share a credential, and what the browser may lack. */
export const surroundings: readonly { readonly name: string; readonly world: WorldOptions }[] = [
  { name: "cookie", world: { storage: "cookie" } },
  { name: "local", world: { storage: "local" } },
  { name: "cookie, without locks", world: { storage: "cookie", browser: { locks: false } } },
  { name: "local, without locks and channel", world: { storage: "local", browser: { locks: false, channel: false } } },
];

/** The few steps that suffice, how to repeat them, and what happened. */
function report({
  counterexample,
  seed: from,
  errorInstance,
}: fc.RunDetails<[commands: readonly Command[], worldSeed: number]>): string {
  const [commands = [], worldSeed] = counterexample ?? [];
  const steps = commands.map((command) => `  ${JSON.stringify(command)},`).join("\n");
  return `HOLDFAST_SEED=${from}, the world's seed ${worldSeed}\n${steps}\n${String(errorInstance)}`;
}

/** How many worlds to visit, and where to begin. */
export interface Search {
  readonly worlds: number;
  /** Default: somewhere else each time. */
  readonly seed?: number;
}

/**
 * Lets random histories happen, and cuts the first that fails down to what matters. Answers with it and how to repeat it;
 * with nothing when none fails.
 */
export async function findFailing(
  steps: fc.WeightedArbitrary<unknown>[],
  run: (commands: readonly Command[], worldSeed: number) => Promise<void>,
  { worlds, seed }: Search,
): Promise<string> {
  const property = fc.asyncProperty(schedules(steps), fc.nat(1000), run);
  const result = await fc.check(property, { numRuns: worlds, ...(seed === undefined ? {} : { seed }) });
  return result.failed ? report(result) : "";
}
