import type { Milliseconds } from "../../env.ts";
import { readAccessToken } from "./access-token.ts";
import { noStore, refuse } from "./answers.ts";
import { clearRefreshCookies, readCookies, sessionCookie, writeRefreshCookies } from "./cookies.ts";
import { dpopKey } from "./dpop.ts";
import { formatRefreshToken, parseRefreshToken } from "./grant.ts";
import type { Ledger, Session } from "./ledger.ts";
import { type TokenRules, tokenAnswer } from "./refresh-route.ts";

export interface SigninRoutesDeps {
  readonly ledger: Ledger;
  readonly rules: TokenRules;
  readonly nextId: () => string;
  /** Who sits before the browser. */
  readonly person: () => string;
  /** Whether refresh tokens travel in cookies. */
  readonly isCookieMode: boolean;
  /** Where body clients come back to with their code. */
  readonly callback: string;
}

/** Everything but the refresh: in, out, and who is here. A person needs no form and no password. */
export function createSigninRoutes(deps: SigninRoutesDeps) {
  const { ledger, rules, nextId } = deps;
  const codes = new Map<string, string>();

  function sessionOf(request: Request): Session | null {
    const session = ledger.sessionBySecret(readCookies(request).get(sessionCookie.name) ?? "");
    return session?.ended === null ? session : null;
  }

  return {
    /** `GET /signin` */
    signIn(request: Request, now: Milliseconds): Response {
      const query = new URL(request.url).searchParams;
      const clientId = query.get("client_id") ?? "";
      const headers = new Headers(noStore);
      if (deps.isCookieMode) {
        const grant = ledger.begin(deps.person(), clientId, now);
        const secret = ledger.sessions.get(grant.sid)?.secret ?? "";
        headers.append("set-cookie", sessionCookie.write(secret));
        for (const line of writeRefreshCookies(request, grant)) headers.append("set-cookie", line);
        headers.set("location", query.get("return_to") ?? new URL(deps.callback).origin);
      } else {
        const code = `code_${nextId()}`;
        codes.set(code, deps.person());
        const address = new URL(deps.callback);
        address.searchParams.set("code", code);
        address.searchParams.set("state", query.get("state") ?? "");
        headers.set("location", address.href);
      }
      return new Response(null, { status: 303, headers });
    },

    /** `POST /signin/redeem` */
    async redeem(request: Request, now: Milliseconds): Promise<Response> {
      const body = new URLSearchParams(await request.text());
      const code = body.get("code") ?? "";
      const person = codes.get(code);
      if (person === undefined || !body.get("code_verifier")) return refuse("signin_code_invalid", now);
      codes.delete(code);
      const grant = ledger.begin(person, body.get("client_id") ?? "", now, dpopKey(request));
      const answer = { ...tokenAnswer(grant, rules, now, nextId()), refresh_token: formatRefreshToken(grant, 1) };
      return Response.json(answer, { headers: noStore });
    },

    /** `POST /signout` */
    signOut(request: Request): Response {
      const session = sessionOf(request);
      const headers = new Headers(noStore);
      headers.append("set-cookie", sessionCookie.clear);
      if (session) {
        ledger.end(session.sid, "signed_out");
        for (const grant of ledger.grants.values()) {
          if (grant.sid === session.sid)
            for (const line of clearRefreshCookies(grant)) headers.append("set-cookie", line);
        }
      }
      return Response.json({ signed_out: true, redirect_to: null }, { headers });
    },

    /** `POST /revoke` (RFC 7009) */
    async revoke(request: Request): Promise<Response> {
      const token = new URLSearchParams(await request.text()).get("token") ?? "";
      const grantId = parseRefreshToken(token)?.grantId ?? readAccessToken(token)?.grant_id ?? "";
      const grant = ledger.grants.get(grantId);
      if (grant) grant.revoked ??= "session_revoked";
      return new Response(null, { status: 200, headers: noStore });
    },

    /** `GET /session` */
    session(request: Request, now: Milliseconds): Response {
      const session = sessionOf(request);
      if (!session) return refuse("login_required", now);
      const grant = [...ledger.grants.values()].find(({ sid }) => sid === session.sid);
      const at = new Date(now).toISOString();
      const account = { id: grant?.account ?? "", name: session.userId, role: "member" };
      return Response.json(
        {
          sid: session.sid,
          user: { id: session.userId, name: session.userId, email: null, picture: null },
          accounts: [account],
          provider: "practice",
          started_at: at,
          authenticated_at: at,
          idle_expires_at: new Date(grant?.idleExpiresAt ?? now).toISOString(),
          expires_at: new Date(grant?.expiresAt ?? now).toISOString(),
        },
        { headers: noStore },
      );
    },
  };
}
