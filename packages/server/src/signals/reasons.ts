import { type RevokedReason, revokedReasons } from "@holdfast/protocol";

/** Who or what made it happen (CAEP 1.0, section 2). */
export type InitiatingEntity = "user" | "admin" | "policy" | "system";

interface Reason {
  readonly entity: InitiatingEntity;
  /** For administrators of the receiving side: never empty (CAEP Interoperability Profile 1.0, section 3.1). */
  readonly text: string;
}

const reasons: Readonly<Record<RevokedReason, Reason>> = {
  signed_out: { entity: "user", text: "The person signed out." },
  session_revoked: { entity: "admin", text: "An administrator ended the session." },
  replaced: { entity: "user", text: "Somebody else signed in, in the same browser." },
  reuse_detected: {
    entity: "policy",
    text: "A refresh token that had been replaced came back: somebody may have a copy of it.",
  },
  user_disabled: { entity: "admin", text: "An administrator disabled the person." },
  user_deleted: { entity: "admin", text: "An administrator deleted the person." },
  account_closed: { entity: "admin", text: "The account was closed." },
  member_removed: { entity: "admin", text: "The person is no longer a member of the account." },
  token_revoked: { entity: "user", text: "The app gave its token back." },
  compromised: { entity: "admin", text: "An administrator ended the session, because it may be in wrong hands." },
  credentials_changed: { entity: "user", text: "The person's credentials have changed." },
};

const unknown: Reason = { entity: "system", text: "The session has ended." };

/** Why a session ended, as the log has it: also where a later version has written a reason that this one does not know. */
export function reasonOf(text: unknown): Reason {
  const reason = revokedReasons.find((known) => known === text);
  return reason === undefined ? unknown : reasons[reason];
}
