import type { Describer } from "./description.ts";
import { lastUseOf, type Replacement, replacementOf } from "./evidence.ts";
import { clientOf, momentOf, numberOf, type TimelineLine } from "./line.ts";
import { formatChange, formatOtherParty, formatParty, isOtherAgent, partyOf } from "./party.ts";
import { formatEarlier } from "./times.ts";

/** `rotated`: the ordinary refresh. A change of address is worth a look, a change of browser should not happen. */
export const describeRefreshed: Describer = (line, { earlier }) => {
  const previous = lastUseOf(line, earlier);
  const before = previous && partyOf(previous);
  const change = before ? formatChange(before, partyOf(line)) : "";
  if (!before || change === "") return { title: `Refreshed${formatGenerations(line)}`, severity: "info" };
  return {
    title: `Refreshed${change} than before${formatGenerations(line)}`,
    detail: `It was last used${formatParty(before)}, ${formatEarlier(previous.at, line.at)}.`,
    severity: isOtherAgent(before, partyOf(line)) ? "warning" : "notice",
  };
};

/** `replayed`: a retry. */
export const describeReplayed: Describer = (line, { earlier }) => {
  const { at, by } = replacementOf(line, earlier);
  return {
    title: "Answered again: a retry of the same attempt got the same token (the first answer was probably lost)",
    detail: at ? `The attempt began ${formatEarlier(at, line.at)}${by ? formatParty(by) : ""}.` : undefined,
    severity: "info",
  };
};

/** `overlapped`: two tabs raced, or an answer got lost. */
export const describeOverlapped: Describer = (line, { earlier }) => {
  const used = momentOf(line, "successor_replaced_at");
  return {
    title: `Answered with the current token: this one had been replaced ${formatReplacement(replacementOf(line, earlier), line)}`,
    detail: used
      ? `The token after it was used ${formatEarlier(used, line.at)}; the overlap counts from then.`
      : undefined,
    severity: "info",
  };
};

/** `renewed`: a client that does not rotate, or a grant that is bound to a key. */
export const describeRenewed: Describer = (line) => ({
  title: `Renewed: a new access token, and ${clientOf(line)} keeps its refresh token`,
  severity: "info",
});

/** `recovered`: a failover lost the newest commits. */
export const describeRecovered: Describer = (line) => ({
  title: `The database had lost its last moments; the client's newer token was accepted${formatGenerations(line)}`,
  detail:
    "The token's tag proves that this server issued it. If no failover and no restored backup explains it, look into it. Ends of the same moments were lost as well; each node ends again those that it knew of.",
  severity: "warning",
});

/** `reused`: two parties hold one lineage. */
export const describeReuse: Describer = (line, { earlier, session, person }) => {
  const replacement = replacementOf(line, earlier);
  const ended = session.revokedReason === "reuse_detected" ? "the session was" : `the tokens of ${clientOf(line)} were`;
  return {
    title: `Refused: this refresh token had been replaced ${formatReplacement(replacement, line)}; ${ended} ended to protect ${person}`,
    detail: explainReuse(replacement),
    severity: "warning",
  };
};

/** When a token had been replaced, and by whom: `41 s earlier from another address (198.51.100.7)`. */
export function formatReplacement({ at, by }: Replacement, line: TimelineLine): string {
  const when = at ? formatEarlier(at, line.at) : "long before";
  return when + (by ? formatOtherParty(by, partyOf(line)) : "");
}

function explainReuse({ likeness }: Replacement): string {
  switch (likeness) {
    case "other_address":
      return "Two parties hold this token. One of them may be a thief, or a copy: a restored backup, a cloned profile. Which of the two is the person cannot be told.";
    case "other_browser":
      return "Two programs at one address hold this token: a copied profile, or something that reads the browser's storage.";
    case "same":
      return "Both requests came from one place: rather a client that restored old storage, or tried again without an Idempotency-Key, than a thief.";
    case "unknown":
      return "Two parties hold this token. The log does not tell who got its successor.";
  }
}

/** ` (generation 4 → 5)`; nothing where that was not written down. */
function formatGenerations(line: TimelineLine): string {
  const [presented, stored] = [numberOf(line, "presented"), numberOf(line, "generation")];
  if (presented === null) return "";
  return ` (generation ${stored ?? presented} → ${presented + 1})`;
}
