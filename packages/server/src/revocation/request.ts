import { type ServiceRevocationReason, serviceRevocationReasons } from "@holdfast/protocol";
import { isUuid } from "../crypto/uuid.ts";
import { AppError } from "../http/app-error.ts";
import { invalid, type Parameters } from "../http/parameters.ts";
import { type RevocationTarget, revocationKinds } from "./revocation.ts";

export interface ParsedRevocation {
  readonly target: RevocationTarget;
  readonly reason: ServiceRevocationReason;
}

/**
 * Reads a `RevocationRequest`. What it does not know it refuses: whoever misspelt something meant something by it.
 *
 * @throws AppError `invalid_request`
 */
export function parseRevocation(body: Parameters): ParsedRevocation {
  for (const name of body.keys()) {
    if (name !== "reason" && !revocationKinds.some((kind) => kind === name)) throw invalid(name, "is not known here");
  }
  const named = revocationKinds.filter((kind) => body.has(kind));
  const [kind] = named;
  if (kind === undefined || named.length > 1) {
    throw new AppError("invalid_request", `Name exactly one of ${revocationKinds.join(", ")}.`);
  }
  return { target: { kind, id: parseId(kind, body.get(kind) ?? "") }, reason: parseReason(body.get("reason")) };
}

function parseId(kind: RevocationTarget["kind"], id: string): string {
  const isId = kind === "client" ? id.length > 0 && id.length <= 64 : isUuid(id);
  if (!isId) throw invalid(kind, kind === "client" ? "is not a client id" : "is not a UUID in lower case");
  return id;
}

function parseReason(text: string | undefined): ServiceRevocationReason {
  if (text === undefined) return "session_revoked";
  const reason = serviceRevocationReasons.find((each) => each === text);
  if (!reason) throw invalid("reason", `is none of ${serviceRevocationReasons.join(", ")}`);
  return reason;
}
