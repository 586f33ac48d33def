import type { Describer } from "./description.ts";
import { endingOf, formatReason } from "./ending.ts";
import { clientOf, textOf } from "./line.ts";
import { formatInstant } from "./times.ts";

/** The end of the whole session. */
export const describeSessionEnd: Describer = (line, { session }) => {
  const ending = endingOf(session, line.at);
  const isLate = ending.state === "expired" && ending.at !== null;
  return {
    title: `Ended: ${formatReason(textOf(line, "reason"))}`,
    detail: isLate ? `It had run out by itself before, on ${formatInstant(ending.at)}.` : undefined,
    severity: "ended",
  };
};

/** The end of one client's tokens: with the session, or alone. */
export const describeGrantEnd: Describer = (line) => ({
  title: `The tokens of ${clientOf(line)} ended: ${formatReason(textOf(line, "reason"))}`,
  severity: "ended",
});
