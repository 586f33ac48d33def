import type { Milliseconds } from "@holdfast/client";
import { minutes, type VirtualServer } from "@holdfast/client/testing";
import { createFamilies, type Families, type Family, formatToken, type OldTokenRule } from "./families.ts";

/** How long access tokens live in every comparison: five minutes. */
export const accessLifetime: Milliseconds = minutes(5);

/** A vendor's endpoints, over the sessions that all of them keep in the same way. */
export interface VendorServer extends VirtualServer {
  readonly families: Families;
}

/** What every endpoint gets. */
export interface VendorRequest {
  readonly url: URL;
  readonly request: Request;
  readonly families: Families;
  /** The server's clock: milliseconds since the epoch. */
  readonly now: Milliseconds;
  /** One-time codes and what was asked for with them. */
  readonly codes: Map<string, URLSearchParams>;
}

export type Endpoint = (asked: VendorRequest) => Response | Promise<Response>;

/** `endpoints`: by method and path, as in `POST /token`. */
export function createVendorServer(rule: OldTokenRule, endpoints: Readonly<Record<string, Endpoint>>): VendorServer {
  const families = createFamilies(rule);
  const codes = new Map<string, URLSearchParams>();
  return {
    families,
    async handle(request, now) {
      const url = new URL(request.url);
      const endpoint = endpoints[`${request.method} ${url.pathname}`];
      if (!endpoint) return Response.json({ error: "not_found", message: url.pathname }, { status: 404 });
      return endpoint({ url, request, families, now, codes });
    },
  };
}

/** An authorization endpoint at which the person agrees at once. `back` names the parameter with the address to go to. */
export const authorize =
  (back: string): Endpoint =>
  ({ url, codes }) => {
    const code = `code-${codes.size + 1}`;
    codes.set(code, url.searchParams);
    const address = new URL(url.searchParams.get(back) ?? "");
    address.searchParams.set("code", code);
    const state = url.searchParams.get("state");
    if (state !== null) address.searchParams.set("state", state);
    return new Response(null, { status: 302, headers: { location: address.href } });
  };

/** The end of a session by its person, who is then sent back. */
export const redirectTo = (address: string | null): Response =>
  address === null
    ? new Response(null, { status: 204 })
    : new Response(null, { status: 302, headers: { location: address } });

export interface Pair {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly token_type: "Bearer";
  /** Seconds. */
  readonly expires_in: number;
}

export function pairOf(family: Family, number: number, now: Milliseconds): Pair {
  const iat = Math.floor(now / 1000);
  const claims = { sub: family.userId, sid: family.sid, session_id: family.sid, iat, exp: iat + accessLifetime / 1000 };
  return {
    access_token: mintToken({ ...claims, jti: `${family.sid}.${number}.${now}` }),
    refresh_token: formatToken(family, number),
    token_type: "Bearer",
    expires_in: accessLifetime / 1000,
  };
}

/** A JWT in form; none of the compared libraries checks a signature. */
export function mintToken(claims: object): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
  return `${encode({ alg: "RS256", typ: "JWT", kid: "comparison" })}.${encode(claims)}.c2lnbmF0dXJl`;
}

/** What a token says. */
export function claimsOf(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
}
