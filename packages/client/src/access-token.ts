import type { Clock, Moment } from "./clock.ts";
import type { Milliseconds } from "./env.ts";
import { asObject, isText } from "./json-storage.ts";
import type { Lineage } from "./lineage.ts";
import { dueAge, usableFor } from "./schedule.ts";
import type { AuthUser } from "./state.ts";
import type { RefreshAnswer } from "./wire.ts";

/** An access token in memory: never at rest. */
export interface AccessToken extends Lineage {
  readonly value: string;
  readonly type: "Bearer" | "DPoP";
  readonly user: AuthUser;
  readonly lifetime: Milliseconds;
  /** The age at which it is to be replaced. */
  readonly dueAge: Milliseconds;
  /** Its age is counted from then. */
  readonly born: Moment;
}

/**
 * Reads an answer that was asked for at `born`. What its token says is a claim, not proof: nothing is verified here.
 *
 * @param account the one that was asked for, where a token does not say
 * @param random from 0 to 1
 */
export function createAccessToken(
  answer: RefreshAnswer,
  born: Moment,
  account: string | undefined,
  random: number,
): AccessToken {
  const { sid, generation, access_token: value, token_type: type } = answer;
  // What differs from token to token is left out, so that the same person stays the same.
  const { exp: _exp, iat: _iat, nbf: _nbf, jti: _jti, ...claims } = readClaims(value);
  const text = (name: string) => (isText(claims[name]) ? claims[name] : null);
  const user = { userId: text("sub") ?? "", accountId: text("account") ?? account ?? null, role: text("role"), claims };
  const lifetime = answer.expires_in * 1000;
  return {
    sid,
    grant: text("grant_id") ?? sid,
    generation,
    value,
    type,
    user,
    lifetime,
    dueAge: dueAge(lifetime, random),
    born,
  };
}

/** For how much longer it may be handed out; 0 or less for no longer. */
export const remainingOf = ({ lifetime, born }: AccessToken, clock: Clock, minRemaining?: Milliseconds): Milliseconds =>
  usableFor(lifetime, clock.elapsed(born), minRemaining);

/** What a JWT says (RFC 7519). Empty where it is none. */
function readClaims(token: string): Readonly<Record<string, unknown>> {
  try {
    const payload = atob((token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/"));
    const bytes = Uint8Array.from(payload, (character) => character.charCodeAt(0));
    return asObject(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return {};
  }
}
