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
  if (isOtherAgent(one, other)) return "other_browser";
  return addresses.includes(null) ? "unknown" : "same";
}

/** Whether two parties are known to be different programs; another version of one is the same. */
export function isOtherAgent(one: Party, other: Party): boolean {
  const agents = [describeAgent(one.userAgent), describeAgent(other.userAgent)];
  return !agents.includes(null) && agents[0] !== agents[1];
}

/** How the other party of a refresh is told of: ` from another address (192.0.2.7)`; nothing where nothing is known. */
export function formatOtherParty(other: Party, presenter: Party): string {
  const likeness = compareParties(other, presenter);
  switch (likeness) {
    case "other_address":
      return isOtherAgent(other, presenter)
        ? ` from another address (${other.address}, ${describeAgent(other.userAgent)})`
        : ` from another address (${other.address})`;
    case "other_browser":
      return ` by another ${isBrowser(other.userAgent) ? "browser" : "program"} (${describeAgent(other.userAgent)})`;
    case "same":
      return isBrowser(other.userAgent) ? " by another tab" : " by another request of the same program";
    case "unknown":
      return "";
  }
}

/** What is different of a party than it was before: ` from another address and by another browser`; nothing if nothing is. */
export function formatChange(before: Party, now: Party): string {
  const program = isBrowser(now.userAgent) ? "browser" : "program";
  const changes = [
    ...(compareParties(before, now) === "other_address" ? [" from another address"] : []),
    ...(isOtherAgent(before, now) ? [` by another ${program}`] : []),
  ];
  return changes.join(" and");
}

/** Where a request came from: ` from 192.0.2.7 (Chrome on Linux)`; nothing where nothing is known. */
export function formatParty({ address, userAgent }: Party): string {
  const agent = describeAgent(userAgent);
  if (address === null) return agent === null ? "" : ` with ${agent}`;
  return agent === null ? ` from ${address}` : ` from ${address} (${agent})`;
}
