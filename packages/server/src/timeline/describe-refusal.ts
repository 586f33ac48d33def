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
  const title =
    other === null
      ? `Refused: ${clientOf(line)} did not prove who it is; its secret was missing or wrong`
      : `Refused: the token belongs to ${clientOf(line)} and was presented by ${other}`;
  return { title, detail: "The session was not harmed.", severity: "warning" };
};

const forged: Description = {
  title: "Refused: a forged token, whose handle is not this grant's",
  detail:
    "Its tag is right, so whoever wrote it has the server's secret. Rotate the secret, and leave the former one away at once. The session was not harmed.",
  severity: "warning",
};
