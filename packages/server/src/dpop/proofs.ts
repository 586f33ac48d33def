import type { ErrorCode } from "@holdfast/protocol";
import { compactVerify } from "jose";
import type { Clock } from "../clock/clock.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import { AppError } from "../http/app-error.ts";
import type { HttpContext } from "../http/context.ts";
import { invalidProof } from "./invalid-proof.ts";
import { createNonces } from "./nonces.ts";
import { type ProofJwt, parseProof } from "./proof-jwt.ts";
import { openProofKey, type ProofKey } from "./proof-key.ts";
import { createSeenProofs } from "./seen-proofs.ts";
import { normalizeTarget } from "./target-uri.ts";

/** Why a proof did not convince. */
export type ProofError = Extract<ErrorCode, `dpop_${string}`>;

/** What a proof must be for. */
export interface ProofRequest {
  /** The path of our own address that it was sent to. */
  readonly path: string;
  /** Whether it must hold a nonce of ours: then nobody can have made it long before. */
  readonly needsNonce: boolean;
}

/** Checks proofs of possession, and gives out nonces. */
export interface Proofs {
  /** The request's proof: the value of its `DPoP` header; undefined when it has none. */
  read(context: HttpContext): string | undefined;
  /**
   * Checks a proof for a POST to this server (RFC 9449, section 4.3), and tells the client a nonce for the next.
   *
   * @returns the thumbprint of the key whose possession it proves
   * @throws AppError `dpop_proof_invalid`, `dpop_proof_replayed`, `dpop_nonce_required`
   */
  check(context: HttpContext, proof: string, request: ProofRequest): Promise<string>;
  /** Tells the client a nonce: the next proof is to hold it. */
  offerNonce(context: HttpContext): void;
}

export interface ProofsDeps {
  readonly issuer: string;
  readonly clock: Clock;
  readonly keyRing: KeyRing;
}

// How far a proof's time may be from ours. Long enough for slow networks, short enough that a copied one is soon worth
// nothing.
const proofLifetimeMs = 60_000;
// A client that refreshes as it should brings the nonce of the answer before, and is never asked to try again.
const nonceLifetimeMs = 60 * 60_000;
/** As long as a proof may be accepted: from one lifetime ahead of us to one behind. */
const windowMs = 2 * proofLifetimeMs;
// 100 bytes or so for each, in each half.
const seenAtMost = 100_000;

export function createProofs({ issuer, clock, keyRing }: ProofsDeps): Proofs {
  const nonces = createNonces({ clock, keyRing });
  const seen = createSeenProofs({ clock, windowMs, maximum: seenAtMost });

  function assertTarget({ htm, htu }: ProofJwt, path: string): void {
    if (htm !== "POST") throw invalidProof("Its htm is not POST.");
    const target = issuer + path;
    if (normalizeTarget(htu) !== normalizeTarget(target)) throw invalidProof(`Its htu is not ${target}.`);
  }

  /**
   * Whether it was made just now: by its `iat`, or, where the client's clock is wrong, by a nonce that we made just now
   * (section 4.3, step 11). A nonce that is too old, or missing where one is needed, is asked for.
   */
  function assertFresh({ iat, nonce }: ProofJwt, needsNonce: boolean): void {
    const nonceAgeMs = nonce === undefined ? null : nonces.ageOf(nonce);
    const isNonceGood = nonceAgeMs !== null && Math.abs(nonceAgeMs) <= nonceLifetimeMs;
    if (nonce === undefined ? needsNonce : !isNonceGood) throw nonceRequired();
    const aheadMs = iat * 1000 - clock.now();
    if (Math.abs(aheadMs) <= proofLifetimeMs) return;
    if (nonceAgeMs === null || Math.abs(nonceAgeMs) > proofLifetimeMs) throw nonceRequired(Math.round(aheadMs / 1000));
  }

  async function openSigned({ text, jwk, algorithm }: ProofJwt): Promise<ProofKey> {
    const proofKey = await openProofKey(jwk, algorithm);
    try {
      await compactVerify(text, proofKey.key, { algorithms: [algorithm] });
    } catch (cause) {
      throw invalidProof("Its signature is wrong.", cause);
    }
    return proofKey;
  }

  function offerNonce(context: HttpContext): void {
    context.header("DPoP-Nonce", nonces.issue());
  }

  return {
    read: (context) => context.req.header("dpop"),
    async check(context, text, { path, needsNonce }) {
      offerNonce(context);
      const proof = parseProof(text);
      assertTarget(proof, path);
      assertFresh(proof, needsNonce);
      const { jkt } = await openSigned(proof);
      if (!seen.note({ jkt, jti: proof.jti })) throw new AppError("dpop_proof_replayed", undefined, comeBackAtOnce);
      return jkt;
    },
    offerNonce,
  };
}

/** With another proof, there is nothing to wait for. */
const comeBackAtOnce = { retryAfterSeconds: 0 };

/** @param aheadSeconds by how much the proof's `iat` is ahead of our clock, where that is why */
function nonceRequired(aheadSeconds?: number): AppError {
  if (aheadSeconds === undefined) return new AppError("dpop_nonce_required", undefined, comeBackAtOnce);
  const off = `${Math.abs(aheadSeconds)} s ${aheadSeconds > 0 ? "ahead of" : "behind"} the server's clock`;
  return new AppError(
    "dpop_nonce_required",
    `The proof's iat is ${off}; a fresh nonce makes up for that.`,
    comeBackAtOnce,
  );
}
