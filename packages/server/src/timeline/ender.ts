import { formatReason } from "./ending.ts";
import { type TimelineLine, textOf } from "./line.ts";

// What a command does has this in place of a request's id, which nobody outside can choose.
const commandLine = "cli";

/** Whether an operator did it, on the command line. */
export function isByCommand({ requestId }: TimelineLine): boolean {
  return requestId === commandLine;
}

/** Why something ended and, where somebody asked for it, who: in words. */
export function formatEnd(line: TimelineLine): string {
  const reason = textOf(line, "reason");
  const ender = enderOf(line);
  if (ender === null) return formatReason(reason);
  return reason === "session_revoked" ? `revoked by ${ender}` : `${formatReason(reason)}; ${ender} ended it`;
}

function enderOf(line: TimelineLine): string | null {
  const service = textOf(line, "service");
  if (service !== null) return `the service ${service}`;
  return isByCommand(line) ? "an operator, on the command line" : null;
}
