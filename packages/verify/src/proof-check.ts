import type { AccessTokenClaims } from "@holdfast/protocol";
import { base64url } from "jose";
import type { PresentedToken } from "./authorization.ts";
import { formatDuration, formatTimeOfDay } from "./duration.ts";
import type { Settings } from "./options.ts";
import { type ProofJwt, parseProof, type RefuseProof } from "./proof-jwt.ts";
import { openProofKey } from "./proof-key.ts";
import { quote } from "./quote.ts";
import { headerValues, type IncomingRequest, normalizeTarget, requestAddress } from "./request.ts";
import { createSeenProofs } from "./seen-proofs.ts";
import { assertSignature } from "./signature.ts";
import type { Refuse } from "./token-error.ts";

/**
 * Checks that whoever presents a good token may: one that is bound to a key comes with a proof of its possession, made
 * for this very request (RFC 9449, sections 4.3 and 7), and one that is not bound comes as `Bearer`.
 *
 * @throws TokenError `token_proof_missing`, `token_proof_invalid`, `token_key_mismatch`
 */
export type ProofCheck = (
  request: IncomingRequest,
  presented: PresentedToken,
  claims: AccessTokenClaims,
) => Promise<void>;

/** How far a proof's `iat` may be from our clock: long enough for slow networks, and clocks that nobody sets. */
const lifetimeMs = 60_000;
/** 100 bytes or so for each of them, in each of two halves. */
const seenAtMost = 100_000;

export function createProofCheck({
  settings: { clock, origin },
  refuse,
}: {
  readonly settings: Pick<Settings, "clock" | "origin">;
  readonly refuse: Refuse;
}): ProofCheck {
  // A proof may be accepted from one lifetime ahead of us to one behind.
  const seen = createSeenProofs({ clock, windowMs: 2 * lifetimeMs, maximum: seenAtMost });

  function assertTarget({ htm, htu }: ProofJwt, request: IncomingRequest, refuseProof: RefuseProof): void {
    if (htm !== request.method)
      throw refuseProof(`its htm is ${quote(htm)}, the request's method is ${request.method}`);
    const address = requestAddress(request, origin);
    if (!address) throw refuseProof("the request does not say which address it was sent to");
    const [target, named] = [normalizeTarget(address), URL.parse(htu)];
    if (named && target !== undefined && normalizeTarget(named) === target) return;
    throw refuseProof(`its htu is ${quote(htu)}, and the request came to ${target}`);
  }

  function assertFresh({ iat }: ProofJwt, refuseProof: RefuseProof): void {
    const aheadMs = iat * 1000 - clock.now();
    if (Math.abs(aheadMs) <= lifetimeMs) return;
    const off = formatDuration(Math.abs(aheadMs) / 1000);
    const side = aheadMs > 0 ? "ahead of" : "behind";
    throw refuseProof(`its iat is ${off} ${side} this server's clock (${formatTimeOfDay(clock.now())})`);
  }

  return async (request, { scheme, token }, claims) => {
    const bound = claims.cnf?.jkt;
    const about = { clientId: claims.client_id };
    if (bound === undefined) {
      throw refuse("token_key_mismatch", "The token is bound to no key; send it as Bearer.", about);
    }
    if (scheme === "Bearer") throw refuse("token_proof_missing", undefined, { ...about, scheme: "DPoP" });
    const [text, ...others] = headerValues(request, "dpop");
    if (text === undefined) throw refuse("token_proof_missing", "The request has no DPoP header.", about);
    const refuseProof: RefuseProof = (why, cause) =>
      refuse("token_proof_invalid", `The DPoP proof is not accepted: ${why}.`, { ...about, cause });
    if (others.length > 0) throw refuseProof("the request has more than one DPoP header");

    const proof = parseProof(text, refuseProof);
    assertTarget(proof, request, refuseProof);
    assertFresh(proof, refuseProof);
    if (proof.ath !== (await digestOfToken(token))) throw refuseProof("its ath is not of this access token");
    const { key, jkt } = await openProofKey(proof.jwk, proof.algorithm, refuseProof);
    await assertSignature({ ...proof, key }, (_code, _detail, extra) =>
      refuseProof("its signature is wrong", extra?.cause),
    );
    if (jkt !== bound) throw refuse("token_key_mismatch", undefined, about);
    if (!seen.note(jkt, proof.jti)) throw refuseProof("it was used before");
  };
}

/** `ath`: the SHA-256 of the token's ASCII, in base64url (RFC 9449, section 4.2). */
async function digestOfToken(token: string): Promise<string> {
  return base64url.encode(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token))));
}
