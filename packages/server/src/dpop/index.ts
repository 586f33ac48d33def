/**
 * Proof of possession (DPoP, RFC 9449): whether whoever asks holds the private key that they name. Owns the rules by
 * which a proof is checked, the nonces, and the memory of proofs seen. What is bound to a proved key, and what becomes of
 * those who do not prove it, is the business of grants and of sign-in.
 */
export { proofAlgorithms } from "./proof-key.ts";
export type { ProofError, ProofRequest, Proofs } from "./proofs.ts";
export { createProofs } from "./proofs.ts";
