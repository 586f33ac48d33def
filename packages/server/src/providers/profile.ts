import type { UpstreamProfile } from "../users/index.ts";

type Claims = Readonly<Record<string, unknown>>;
type IdentityToken = Claims & { readonly iss: string; readonly sub: string };

const maximumName = 300;
const maximumEmail = 254;
const maximumAddress = 2_048;

/**
 * Reads what a provider says of a person (OpenID Connect Core, section 5.1), in the ID token and, before that, in the
 * user info. What makes no sense is left out.
 */
export function toProfile(provider: string, idToken: IdentityToken, userInfo: Claims): UpstreamProfile {
  const claims: Claims = { ...idToken, ...userInfo };
  // An address and the word on it belong together: one document's `email_verified` says nothing of the other's address.
  const vouching: Claims = userInfo.email === undefined ? idToken : userInfo;
  const email = typeof vouching.email === "string" ? vouching.email.trim() : "";
  const picture = text(claims.picture);
  return {
    issuer: idToken.iss,
    subject: idToken.sub,
    provider,
    name: (text(claims.name) ?? text(claims.preferred_username))?.slice(0, maximumName).toWellFormed() ?? null,
    // Never cut: what is left of a long address would be somebody else's.
    email: email.length <= maximumEmail && /^[^\s\p{Cc}@]+@[^\s\p{Cc}@]+$/u.test(email) ? email : null,
    // Absent, false and "true" are all not verified.
    emailVerified: vouching.email_verified === true,
    picture: picture !== null && picture.length <= maximumAddress && isWebAddress(picture) ? picture : null,
  };
}

function text(value: unknown): string | null {
  if (typeof value !== "string") return null;
  // PostgreSQL takes no NUL in a text, and nobody's name has a line break.
  const plain = value.replaceAll(/\p{Cc}+/gu, " ").trim();
  return plain === "" ? null : plain;
}

function isWebAddress(value: string): boolean {
  return /^https?:$/.test(URL.parse(value)?.protocol ?? "");
}
