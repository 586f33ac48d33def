import type { AccessTokenClaims } from "@holdfast/protocol";
import { assertAudience, assertIssuer, parseClaims } from "./claims.ts";
import { type Datable, datableOf } from "./claims-changes.ts";
import { assertHeader, parseCompactJwt, type UnverifiedJwt } from "./compact-jwt.ts";
import type { KeySet } from "./key-set.ts";
import type { Settings } from "./options.ts";
import type { PublicKey } from "./published-keys.ts";
import { type Revocable, revocableOf } from "./revocations.ts";
import { assertSignature } from "./signature.ts";
import type { Refuse } from "./token-error.ts";

/**
 * What is so about a token for good: this issuer signed these claims for this service. What can change, its time, its
 * key's and its session's, is asked on every call.
 */
export interface Verdict {
  /** The whole token. */
  readonly token: string;
  /** Deeply frozen: every caller gets the same object. */
  readonly claims: AccessTokenClaims;
  readonly key: PublicKey;
  readonly revocable: Revocable;
  readonly datable: Datable;
}

/**
 * Reaches a verdict about a token.
 *
 * @throws TokenError
 */
export type Judge = (token: string) => Promise<Verdict>;

export function createJudge(deps: {
  readonly settings: Pick<Settings, "issuer" | "audience" | "algorithms">;
  readonly keys: Pick<KeySet, "find">;
  readonly refuse: Refuse;
}): Judge {
  const { issuer, audience, algorithms } = deps.settings;
  const { keys, refuse } = deps;

  async function readClaims(
    payload: UnverifiedJwt["payload"],
  ): Promise<Pick<Verdict, "claims" | "revocable" | "datable">> {
    const claims = parseClaims(payload, refuse);
    assertAudience(claims, audience, refuse);
    return { claims, revocable: revocableOf(claims), datable: datableOf(claims) };
  }

  return async (token) => {
    const { header, payload, signingInput, signature } = parseCompactJwt(token, refuse);
    const accepted = assertHeader(header, algorithms, refuse);
    // Before the signature: another issuer's token must not make us look for its key, and the answer names the mistake.
    assertIssuer(payload, issuer, refuse);
    const key = await keys.find(accepted);
    if (!key) throw refuse("token_key_unknown");
    // While another thread checks the signature, this one reads the claims. What is wrong with them is told only of a
    // token that was signed.
    const [signed, read] = await Promise.allSettled([
      assertSignature({ algorithm: key.algorithm, key: key.cryptoKey, signingInput, signature }, refuse),
      readClaims(payload),
    ]);
    if (signed.status === "rejected") throw signed.reason;
    if (read.status === "rejected") throw read.reason;
    return { token, key, ...read.value };
  };
}
