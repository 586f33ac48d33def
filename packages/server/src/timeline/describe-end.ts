import type { Describer } from "./description.ts";
import { formatEnd } from "./ender.ts";
import { endingOf } from "./ending.ts";
import { clientOf, type TimelineLine, textOf } from "./line.ts";
import { formatInstant } from "./times.ts";

/** The end of the whole session. */
export const describeSessionEnd: Describer = (line, { session }) => {
  const ending = endingOf(session, line.at);
  const isLate = ending.state === "expired" && ending.at !== null;
  return {
    title: `${isSecond(line) ? endedAgain : "Ended"}: ${formatEnd(line)}`,
    detail: isLate ? `It had run out by itself before, on ${formatInstant(ending.at)}.` : undefined,
    severity: "ended",
  };
};

/** The end of one client's tokens: with the session, or alone. */
export const describeGrantEnd: Describer = (line) => {
  const tokens = `The tokens of ${clientOf(line)} ended`;
  return {
    title: `${isSecond(line) ? `${tokens} again, after a failover that had lost their end` : tokens}: ${formatEnd(line)}`,
    severity: "ended",
  };
};

const endedAgain = "Ended again, after a failover that had lost its end";

/** Whether a node remembered an end that the database had lost. */
function isSecond(line: TimelineLine): boolean {
  return textOf(line, "cause") === "failover";
}
