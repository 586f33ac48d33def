import { AppError } from "../http/app-error.ts";

/** The refusal of a proof that breaks a rule (RFC 9449, section 4.3), which it names. */
export function invalidProof(rule: string, cause?: unknown): AppError {
  return new AppError("dpop_proof_invalid", `The DPoP proof is not accepted. ${rule}`, { cause });
}
