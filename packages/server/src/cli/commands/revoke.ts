import type { RevocationAnswer } from "@holdfast/protocol";
import { commandLine } from "../../grants/index.ts";
import type { Holdfast } from "../../holdfast.ts";
import { AppError } from "../../http/app-error.ts";
import type { RevocationTarget } from "../../revocation/index.ts";
import { findUser } from "../find-user.ts";

/** What a command names to be ended: exactly one of these. */
export type NamedTarget = Readonly<Partial<Record<RevocationTarget["kind"], string | undefined>>>;

/** Ends what the command names. @throws AppError `invalid_request`, `revocation_target_unknown` */
export async function revoke(holdfast: Holdfast, named: NamedTarget): Promise<RevocationAnswer> {
  const targets = Object.entries(named).filter(([, id]) => id !== undefined);
  const [target] = targets as [RevocationTarget["kind"], string][];
  if (!target || targets.length > 1) {
    throw new AppError("invalid_request", "Name one session, or one of --user, --account and --client.");
  }
  const [kind, name] = target;
  const id = kind === "user" ? (await findUser(holdfast.users, name)).id : name;
  return { revoked: await holdfast.revocation.end({ kind, id }, "session_revoked", commandLine) };
}

/** What has ended, for people. */
export function describeRevoked({ revoked: { sessions, grants } }: RevocationAnswer): string {
  if (sessions + grants === 0) return "Nothing of it was alive any more.";
  const parts = [count(sessions, "session"), count(grants, "grant")].filter((part) => part !== null);
  return `Ended ${parts.join(" and ")}.`;
}

function count(number: number, noun: string): string | null {
  return number === 0 ? null : `${number} ${noun}${number === 1 ? "" : "s"}`;
}
