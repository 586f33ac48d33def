import { hours } from "@holdfast/client/testing";
import type { Family, OldTokenRule } from "./families.ts";
import {
  authorize,
  createVendorServer,
  type Endpoint,
  mintToken,
  pairOf,
  redirectTo,
  type VendorServer,
} from "./vendor-server.ts";

/** Where an OpenID provider has its endpoints. */
export interface OpenIdPaths {
  readonly issuer: string;
  readonly token: string;
  readonly logout: string;
  readonly logoutBack: string;
}

/** Auth0's default for identity tokens: ten hours. */
const idTokenLifetime = hours(10);

/** An OpenID provider: discovery, authorization code, rotating refresh tokens, RP-initiated logout. */
export function createOpenIdServer(rule: OldTokenRule, paths: OpenIdPaths): VendorServer {
  const at = (path: string) => new URL(path, paths.issuer).href;

  const token: Endpoint = async ({ request, families, codes, now }) => {
    const body = await readBody(request);
    const clientId = body.get("client_id") ?? "";
    const asked = codes.get(body.get("code") ?? "");
    const isCode = body.get("grant_type") === "authorization_code";
    if (isCode && asked) {
      codes.delete(body.get("code") ?? "");
      return answer(families.begin("ada"), 1, clientId, asked.get("nonce"), now);
    }
    const exchanged = isCode ? null : families.exchange(body.get("refresh_token") ?? "", now);
    if (exchanged) return answer(exchanged.family, exchanged.number, clientId, null, now);
    return Response.json(
      { error: "invalid_grant", error_description: "Unknown or invalid refresh token." },
      { status: 400 },
    );
  };

  function answer(family: Family, number: number, clientId: string, nonce: string | null, now: number): Response {
    const iat = Math.floor(now / 1000);
    const idToken = mintToken({
      iss: paths.issuer,
      sub: family.userId,
      aud: clientId,
      sid: family.sid,
      iat,
      exp: iat + idTokenLifetime / 1000,
      ...(nonce === null ? {} : { nonce }),
    });
    const scope = "openid profile email offline_access";
    return Response.json({ ...pairOf(family, number, now), id_token: idToken, scope });
  }

  return createVendorServer(rule, {
    "GET /.well-known/openid-configuration": () =>
      Response.json({
        issuer: paths.issuer,
        authorization_endpoint: at("/authorize"),
        token_endpoint: at(paths.token),
        end_session_endpoint: at(paths.logout),
        jwks_uri: at("/jwks"),
      }),
    "GET /authorize": authorize("redirect_uri"),
    [`POST ${paths.token}`]: token,
    [`GET ${paths.logout}`]({ url, families }) {
      families.endAll();
      return redirectTo(url.searchParams.get(paths.logoutBack));
    },
  });
}

/** A form, or JSON with the same names. */
async function readBody(request: Request): Promise<URLSearchParams> {
  const text = await request.text();
  return new URLSearchParams(text.startsWith("{") ? JSON.parse(text) : text);
}
