import type { EventType, TimelineSeverity } from "@holdfast/protocol";
import { describeGrantEnd, describeSessionEnd } from "./describe-end.ts";
import {
  describeOverlapped,
  describeRecovered,
  describeRefreshed,
  describeRenewed,
  describeReplayed,
  describeReuse,
} from "./describe-refresh.ts";
import { describeRefusal } from "./describe-refusal.ts";
import type { Describer, Description, Scene } from "./description.ts";
import { isByCommand } from "./ender.ts";
import { formatReason } from "./ending.ts";
import { clientOf, type TimelineLine, textOf } from "./line.ts";
import { formatParty, partyOf } from "./party.ts";

/** Puts a line into words. A line that a later version wrote, during an upgrade, is told by its type. */
export function describe(line: TimelineLine, scene: Scene): Description {
  if (!Object.hasOwn(describers, line.type)) return { title: line.type, severity: "info" };
  return describers[line.type](line, scene);
}

const describeSignIn: Describer = (line, { providerName }) => ({
  title: isByCommand(line)
    ? "Made by an operator with `holdfast session create`, without a sign-in"
    : `Signed in through ${providerName}${formatParty(partyOf(line))}`,
  severity: "info",
});

const describeSignInAgain: Describer = (line) => ({
  title: `Signed in again${formatParty(partyOf(line))}, in the same browser: the session goes on`,
  severity: "info",
});

const describeTokens: Describer = (line) => ({ title: `First tokens for ${clientOf(line)}`, severity: "info" });

const describeSwitch: Describer = (line) => ({
  title: `Switched to another account: tokens of ${clientOf(line)} are for it from here on`,
  detail: textOf(line, "former") ? `Before, they were for the account ${textOf(line, "former")}.` : undefined,
  severity: "info",
});

const describeFailure: Describer = (line) => ({
  title: `A sign-in failed: ${textOf(line, "code") ?? "for a reason that nobody wrote down"}`,
  detail: textOf(line, "cause") ?? undefined,
  severity: "warning",
});

const describeClosing: Describer = (line) => ({
  title: `The account was closed: ${textOf(line, "reason") ?? "without a reason"}`,
  severity: "ended",
});

const describers: Readonly<Record<EventType, Describer>> = {
  "session.started": describeSignIn,
  "session.reauthenticated": describeSignInAgain,
  "session.refreshed": describeRefreshed,
  "session.replayed": describeReplayed,
  "session.overlapped": describeOverlapped,
  "session.renewed": describeRenewed,
  "session.recovered": describeRecovered,
  "session.reuse_detected": describeReuse,
  "session.revoked": describeSessionEnd,
  "session.expiring": say("Told that the session runs out soon, unless it is used"),
  "session.expired": say("Ran out", "ended"),
  "grant.started": describeTokens,
  "grant.account_switched": describeSwitch,
  "grant.revoked": describeGrantEnd,
  "token.refused": describeRefusal,
  // These stand beside sessions rather than in one; should a line name a session, it still reads well.
  "signin.failed": describeFailure,
  "user.created": say("The person signed in for the first time"),
  "user.disabled": say(upperFirst(formatReason("user_disabled")), "ended"),
  "user.enabled": say("The user may sign in again"),
  "user.deleted": say(upperFirst(formatReason("user_deleted")), "ended"),
  "account.created": say("An account was made"),
  "account.closed": describeClosing,
  "account.reopened": say("The account was opened again"),
  "member.added": say("The person became a member of an account"),
  "member.role_changed": say("The person's role in the account changed"),
  "member.removed": say(upperFirst(formatReason("member_removed")), "ended"),
  "key.created": say("A signing key was made"),
  "key.retired": say("A signing key was given its last day"),
  "webhook.failing": say("A webhook has failed for an hour", "warning"),
  "webhook.disabled": say("A webhook was disabled", "warning"),
};

function say(title: string, severity: TimelineSeverity = "info"): Describer {
  return () => ({ title, severity });
}

function upperFirst(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
