import type { Describer, Description } from "./description.ts";
import { formatEnd } from "./ender.ts";
import { endingOf, formatReason } from "./ending.ts";
import { endOfGrant, lastUseOf } from "./evidence.ts";
import { clientOf, textOf, verdictOf } from "./line.ts";
import { formatEarlier, formatInstant, formatSpan } from "./times.ts";

/** A refresh that was refused without harm to the grant: it was over already, or the wrong party asked. */
export const describeRefusal: Describer = (line, scene) => {
  switch (verdictOf(line)) {
    case "revoked":
      return describeRevoked(line, scene);
    case "expired":
      return describeExpired(line, scene);
    case "unbound":
      return describeUnbound(line, scene);
    case "unknown":
      return forged;
    default:
      return { title: "Refused", severity: "notice" };
  }
};

const describeRevoked: Describer = (line, { earlier, session }) => {
  const end = endOfGrant(line, earlier);
  const isWhole = session.revokedAt !== null && session.revokedAt <= line.at;
  const what = isWhole ? "the session" : `the tokens of ${clientOf(line)}`;
  const reason = textOf(line, "reason");
  const why = end && textOf(end, "reason") === reason ? formatEnd(end) : formatReason(reason);
  const when = end ? ` ${formatEarlier(end.at, line.at)}` : "";
  return {
    title: `Refused: ${what} had ended${when}: ${why}`,
    severity: "notice",
  };
};

const describeExpired: Describer = (line, { earlier, session }) => {
  const ending = endingOf(session, line.at);
  if (ending.state === "expired") {
    const since = ending.reason === "idle_limit" ? session.lastUsedAt : session.expiresAt;
    const verb = ending.reason === "idle_limit" ? "been idle since" : "reached its limit on";
    const span = formatSpan(line.at.getTime() - since.getTime());
    const how = ending.reason === "idle_limit" ? `for ${span}` : `${span} earlier`;
    return { title: `Refused: the session had ${verb} ${formatInstant(since)}, ${how}`, severity: "notice" };
  }
  const use = lastUseOf(line, earlier);
  return {
    title: `Refused: the refresh token of ${clientOf(line)} had run out${use ? `; it was last used ${formatEarlier(use.at, line.at)}` : ""}`,
    detail: "The session itself lived on: a client's own limits are tokens.refreshIdle and tokens.refreshAbsolute.",
    severity: "notice",
  };
};

const describeUnbound: Describer = (line) => {
  const other = textOf(line, "presented_by");
  const { what, detail } =
    other === null
      ? describeUnproved(textOf(line, "reason"), clientOf(line))
      : { what: `the token belongs to ${clientOf(line)} and was presented by ${other}` };
  return {
    title: `Refused: ${what}`,
    detail: `The session was not harmed.${detail ? ` ${detail}` : ""}`,
    severity: "warning",
  };
};

/** What a client failed to prove: who it is, or that it holds the key that the token is bound to (DPoP). */
function describeUnproved(reason: string | null, client: string): { readonly what: string; readonly detail?: string } {
  switch (reason) {
    case "dpop_proof_missing":
      return {
        what: `${client} did not prove that it holds its key`,
        detail: "Either it does not send a DPoP proof with each refresh, or somebody has a copy of the token alone.",
      };
    case "dpop_key_mismatch":
      return {
        what: `the token is bound to another key than the one that ${client} proved`,
        detail: "Somebody has a copy of the token, which is worth nothing to them; or the client has lost its key.",
      };
    case "dpop_proof_invalid":
      return { what: `the proof with which ${client} was to show that it holds its key breaks a rule` };
    case "dpop_proof_replayed":
      return {
        what: `the proof by which ${client} shows that it holds its key had been used before`,
        detail: "A request that was sent twice, or a copy of one.",
      };
    default:
      return { what: `${client} did not prove who it is; its secret was missing or wrong` };
  }
}

const forged: Description = {
  title: "Refused: a forged token, whose handle is not this grant's",
  detail:
    "Its tag is right, so whoever wrote it has the server's secret. Rotate the secret, and leave the former one away at once. The session was not harmed.",
  severity: "warning",
};
