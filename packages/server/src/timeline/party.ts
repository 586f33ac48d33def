import { type TimelineLine, textOf } from "./line.ts";
import { describeAgent, isBrowser } from "./user-agent.ts";

/** Who made a request, as far as the log tells. */
export interface Party {
  readonly address: string | null;
  readonly userAgent: string | null;
}

/** What the evidence says of two requests. An address proves little: phones change theirs on the way to work. */
export type Likeness = "same" | "other_address" | "other_browser" | "unknown";

export function partyOf(line: TimelineLine): Party {
  return { address: textOf(line, "address"), userAgent: textOf(line, "user_agent") };
}

/** Compares two parties. What is not known differs from nothing, and is the same as nothing. */
export function compareParties(one: Party, other: Party): Likeness {
  const addresses = [one.address, other.address];
  if (!addresses.includes(null) && one.address !== other.address) return "other_address";
  const agents = [describeAgent(one.userAgent), describeAgent(other.userAgent)];
  if (!agents.includes(null) && agents[0] !== agents[1]) return "other_browser";
  return addresses.includes(null) ? "unknown" : "same";
}

/** How the other party of a refresh is told of: ` from another address (192.0.2.7)`; nothing where nothing is known. */
export function formatOtherParty(other: Party, likeness: Likeness): string {
  switch (likeness) {
    case "other_address":
      return ` from another address (${other.address})`;
    case "other_browser":
      return ` by another ${isBrowser(other.userAgent) ? "browser" : "program"} (${describeAgent(other.userAgent)})`;
    case "same":
      return isBrowser(other.userAgent) ? " by another tab" : " by another request of the same program";
    case "unknown":
      return "";
  }
}

/** Where a request came from: `192.0.2.7 (Chrome on Linux)`; null where nothing is known. */
export function formatParty({ address, userAgent }: Party): string | null {
  const agent = describeAgent(userAgent);
  if (address === null) return agent;
  return agent === null ? address : `${address} (${agent})`;
}
