import type { AccessTokenClaims } from "@holdfast/protocol";
import { formatDuration, formatTimeOfDay } from "./duration.ts";
import { quote } from "./quote.ts";
import type { Refuse } from "./token-error.ts";

type UnverifiedClaims = Readonly<Record<string, unknown>>;

const requiredStrings = ["iss", "sub", "jti", "client_id", "sid", "grant_id", "account", "role"] as const;
const requiredDates = ["exp", "iat", "auth_time"] as const;

/** Seconds; the last moment that a JavaScript Date can hold. */
const lastNumericDate = 8_640_000_000_000;

/**
 * Checks that the token's issuer is the verifier's, character for character.
 *
 * @throws TokenError `token_issuer_mismatch`
 */
export function assertIssuer(claims: UnverifiedClaims, issuer: string, refuse: Refuse): void {
  if (claims.iss === issuer) return;
  throw refuse(
    "token_issuer_mismatch",
    `The token's issuer is ${quote(claims.iss)}; this service trusts ${quote(issuer)}.`,
  );
}

/**
 * Checks that every required claim is there and of its type (RFC 9068, section 2.2, and Holdfast's own). Others pass.
 *
 * @returns the same claims, deeply frozen: a token seen before has one object for all who ask
 * @throws TokenError `token_claims_invalid`, naming all that are wrong
 */
export function parseClaims(claims: UnverifiedClaims, refuse: Refuse): AccessTokenClaims {
  const wrong = [
    ...requiredStrings.filter((name) => typeof claims[name] !== "string" || claims[name] === ""),
    ...requiredDates.filter((name) => !isNumericDate(claims[name])),
    // A token may carry no scope at all, but it says so.
    ...(typeof claims.scope === "string" ? [] : ["scope"]),
    ...(isAudience(claims.aud) ? [] : ["aud"]),
    ...(claims.nbf === undefined || isNumericDate(claims.nbf) ? [] : ["nbf"]),
    // A token that is bound in a way we cannot check would be taken from whoever holds it.
    ...(claims.cnf === undefined || isKeyConfirmation(claims.cnf) ? [] : ["cnf"]),
  ];
  if (wrong.length > 0) throw refuse("token_claims_invalid", `Missing or of the wrong type: ${wrong.join(", ")}.`);
  return deepFreeze(claims) as unknown as AccessTokenClaims;
}

function deepFreeze<Value extends object>(value: Value): Value {
  for (const member of Object.values(value)) {
    if (typeof member === "object" && member !== null) deepFreeze(member);
  }
  return Object.freeze(value);
}

function isNumericDate(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value <= lastNumericDate;
}

/** A key's thumbprint (RFC 9449, section 6.1): SHA-256, in base64url. */
function isKeyConfirmation(value: unknown): boolean {
  const { jkt } = (value ?? {}) as { readonly jkt?: unknown };
  return typeof jkt === "string" && /^[\w-]{43}$/.test(jkt);
}

function isAudience(value: unknown): boolean {
  const values = Array.isArray(value) ? value : [value];
  return values.length > 0 && values.every((one) => typeof one === "string" && one !== "");
}

/**
 * Checks that the token is for this service.
 *
 * @throws TokenError `token_audience_mismatch`
 */
export function assertAudience(claims: AccessTokenClaims, audience: readonly string[], refuse: Refuse): void {
  const audiences = typeof claims.aud === "string" ? [claims.aud] : claims.aud;
  if (audiences.some((one) => audience.includes(one))) return;
  throw refuse(
    "token_audience_mismatch",
    `The token is for ${quote(claims.aud)}; this service is ${audience.map(quote).join(" or ")}.`,
    { clientId: claims.client_id },
  );
}

// A clock that is behind by minutes is common, and refuses good tokens until somebody looks at it; a token of the far
// future is a mistake of somebody else's. RFC 7519, section 4.1.6, asks for no check of `iat` at all.
const issuedAheadSeconds = 600;

/**
 * Checks `exp`, `iat` and `nbf` against this machine's clock. Whoever issued the token may be ten minutes ahead.
 *
 * @param now milliseconds since 1970-01-01T00:00:00Z
 * @throws TokenError `token_expired` (how long ago, by whose clock), `token_not_yet_valid`
 */
export function assertTimes(claims: AccessTokenClaims, now: number, toleranceSeconds: number, refuse: Refuse): void {
  const seconds = now / 1000;
  // "On or after" exp, the token must not be accepted (RFC 7519, section 4.1.4).
  if (seconds >= claims.exp + toleranceSeconds) {
    const age = formatDuration(seconds - claims.exp);
    const exp = new Date(claims.exp * 1000).toISOString();
    throw refuse(
      "token_expired",
      `The token expired ${age} ago by this server's clock (${formatTimeOfDay(now)}); its exp is ${exp}.`,
      { clientId: claims.client_id },
    );
  }
  for (const name of ["iat", "nbf"] as const) {
    const lead = ((claims as { nbf?: number } & AccessTokenClaims)[name] ?? 0) - seconds;
    if (lead <= (name === "iat" ? Math.max(issuedAheadSeconds, toleranceSeconds) : toleranceSeconds)) continue;
    throw refuse(
      "token_not_yet_valid",
      `The token's ${name} is ${formatDuration(lead)} ahead of this server's clock (${formatTimeOfDay(now)}).`,
      { clientId: claims.client_id },
    );
  }
}
