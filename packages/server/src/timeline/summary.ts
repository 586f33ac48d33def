import { formatReplacement } from "./describe-refresh.ts";
import type { Scene } from "./description.ts";
import { formatEnd } from "./ender.ts";
import { type Ending, formatReason } from "./ending.ts";
import { replacementOf } from "./evidence.ts";
import type { TimelineLine } from "./line.ts";
import { formatParty, partyOf } from "./party.ts";
import { shutOutClients } from "./shut-out.ts";
import { formatInstant, formatPast, formatSpan } from "./times.ts";

export interface SummaryParts extends Omit<Scene, "earlier"> {
  readonly lines: readonly TimelineLine[];
  readonly ending: Ending;
  readonly now: Date;
}

/** Answers the one question: why was this person logged out? Or, while the session lives: until when? */
export function summarize(parts: SummaryParts): string {
  const { ending, now } = parts;
  if (ending.at === null) return summarizeLive(parts);
  const when = `Ended on ${formatPast(ending.at, now)}`;
  switch (ending.reason) {
    case "idle_limit":
      return `${when}: it ran out, because ${explainIdle(parts)}`;
    case "absolute_limit":
      return `${when}: it had reached its limit. ${explainAbsolute(parts)}`;
    case "reuse_detected":
      return `${when}, to protect ${parts.person}: ${explainReuse(parts)}.`;
    case "signed_out":
      return `${when}: ${parts.person} signed out.`;
    default: {
      const end = parts.lines.find(({ type }) => type === "session.revoked");
      return `${when}: ${end ? formatEnd(end) : formatReason(ending.reason)}.`;
    }
  }
}

/** Why a session ran out for want of use. */
export function explainIdle({ session }: Pick<Scene, "session">): string {
  return `nothing used it after ${formatInstant(session.lastUsedAt)}. In use, it would have lived until ${formatInstant(session.expiresAt)}.`;
}

/** Why a session ran out although it was used. */
export function explainAbsolute({ session }: Pick<Scene, "session">): string {
  const span = formatSpan(session.expiresAt.getTime() - session.createdAt.getTime());
  return `It lasts ${span} from the sign-in, used or not.`;
}

function summarizeLive({ session, lines, now }: SummaryParts): string {
  const { lastUsedAt, idleExpiresAt, expiresAt } = session;
  const limit = `until ${formatInstant(expiresAt)} at the latest`;
  const idle = idleExpiresAt < expiresAt ? `until ${formatInstant(idleExpiresAt)} if nothing uses it, and ` : "";
  const shutOut = shutOutClients(lines).map(
    ({ client, at, because }) =>
      ` But ${client} can refresh no more, and has to sign in again: ${because} (${formatPast(at, now)}).`,
  );
  return `Alive: last used on ${formatPast(lastUsedAt, now)}; it lives ${idle}${limit}.${shutOut.join("")}`;
}

function explainReuse({ lines, session }: SummaryParts): string {
  const end = session.revokedAt;
  const index = lines.findLastIndex(({ type, at }) => type === "session.reuse_detected" && (!end || at <= end));
  const line = lines[index];
  if (!line) return formatReason("reuse_detected");
  const replacement = formatReplacement(replacementOf(line, lines.slice(0, index)), line);
  return `a refresh token that had been replaced ${replacement} was presented again${formatParty(partyOf(line))}`;
}
