import type { Milliseconds } from "../../env.ts";
import type { Grant } from "./grant.ts";

/** What an API reads in an access token. Times are seconds since the epoch. */
export interface AccessTokenBody {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly exp: number;
  readonly iat: number;
  readonly jti: string;
  readonly client_id: string;
  readonly sid: string;
  readonly grant_id: string;
  readonly scope: string;
  readonly account: string;
  readonly role: string;
  readonly auth_time: number;
}

export interface MintOptions {
  readonly issuer: string;
  readonly audience: string;
  readonly lifetime: Milliseconds;
  readonly now: Milliseconds;
  readonly jti: string;
}

/** A JWT in form (RFC 9068); nobody checks the signature in a test. */
export function mintAccessToken(grant: Grant, { issuer, audience, lifetime, now, jti }: MintOptions): string {
  const iat = Math.floor(now / 1000);
  const body: AccessTokenBody = {
    iss: issuer,
    sub: grant.userId,
    aud: audience,
    exp: iat + Math.floor(lifetime / 1000),
    iat,
    jti,
    client_id: grant.clientId,
    sid: grant.sid,
    grant_id: grant.id,
    scope: "",
    account: grant.account,
    role: "member",
    auth_time: iat,
  };
  return `${encode({ alg: "ES256", typ: "at+jwt", kid: "reference" })}.${encode(body)}.c2lnbmF0dXJl`;
}

/** Null for what is no token of ours. */
export function readAccessToken(token: string): AccessTokenBody | null {
  const [, body = ""] = token.split(".");
  try {
    return JSON.parse(atob(body.replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return null;
  }
}

function encode(part: object): string {
  return btoa(JSON.stringify(part)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
