import type { Milliseconds } from "../../env.ts";
import { type Fault, faults } from "../network-faults.ts";
import type { MonotonicInSleep } from "../virtual-clock.ts";

/** What may go wrong with the next refreshes, by its name in `faults`. */
export type FaultName =
  | "unreachable"
  | "loseRequest"
  | "hang"
  | "loseResponse"
  | "swallowResponse"
  | "truncate"
  | "captivePortal"
  | "badGateway"
  | "proxyRefusal"
  | "tooMany"
  | "slow";

/** One thing that happens in a world. `tab` counts round: any number is some tab. Plain data, so that it can be shrunk. */
export type Command =
  | { readonly do: "run"; readonly for: Milliseconds }
  | { readonly do: "open" }
  | { readonly do: "close" | "crash" | "reopen"; readonly tab: number }
  | { readonly do: "hide" | "show" | "freeze" | "freeze suddenly" | "resume"; readonly tab: number }
  | { readonly do: "cache" | "restore"; readonly tab: number }
  | { readonly do: "sleep"; readonly for: Milliseconds; readonly monotonic: MonotonicInSleep }
  | { readonly do: "go offline" | "go online" | "lie about onLine" }
  | { readonly do: "cut off" | "reconnect"; readonly tab: number }
  | { readonly do: "spoil"; readonly fault: FaultName; readonly times: number }
  | { readonly do: "step the clock"; readonly by: Milliseconds }
  | { readonly do: "get a token" | "force a refresh" | "call the API" | "sign out"; readonly tab: number }
  | { readonly do: "sign in"; readonly tab: number; readonly person: "ada" | "bob" }
  | { readonly do: "revoke" }
  /** Presents a copy of the newest grant's token, so many generations old. */
  | { readonly do: "steal"; readonly from: "ada" | "bob"; readonly generationsOld: number }
  | { readonly do: "fill the storage" | "empty the storage" };

const slowest = 8000;

/** The fault itself. Requests are held up for less than the overlap: what that is for is shown elsewhere. */
export function faultNamed(name: FaultName): Fault {
  if (name === "proxyRefusal") return faults.proxyRefusal(403);
  if (name === "tooMany") return faults.tooMany("20");
  if (name === "slow") return faults.slow(slowest, slowest);
  return faults[name];
}

/** As a line of the trace. */
export function describeCommand(command: Command): string {
  const { do: what, ...rest } = command;
  return [what, ...Object.entries(rest).map(([name, value]) => `${name} ${value}`)].join(", ");
}
