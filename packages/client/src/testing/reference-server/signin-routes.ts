import type { Milliseconds } from "../../env.ts";
import { readAccessToken } from "./access-token.ts";
import { noStore, refuse } from "./answers.ts";
import { clearRefreshCookies, readCookies, sessionCookie, writeRefreshCookies } from "./cookies.ts";
import { dpopKey } from "./dpop.ts";
import { formatRefreshToken, type Grant, parseRefreshToken } from "./grant.ts";
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

/** A one-time code, and what it was redeemed for. */
interface Code {
  readonly session: Session;
  grant: Grant | null;
}

/** Everything but the refresh: in, out, and who is here. A person needs no form and no password. */
export function createSigninRoutes(deps: SigninRoutesDeps) {
  const { ledger, rules, nextId } = deps;
  const codes = new Map<string, Code>();

  function sessionOf(request: Request): Session | null {
    const session = ledger.sessionBySecret(readCookies(request).get(sessionCookie.name) ?? "");
    return session?.ended === null ? session : null;
  }

  /** The person's session in this browser goes on; anyone else's there ends. */
  function enter(request: Request): Session {
    const current = sessionOf(request);
    if (current?.userId === deps.person()) return current;
    if (current) ledger.end(current.sid, "replaced");
    return ledger.startSession(deps.person());
  }

  return {
    /** `GET /signin` */
    signIn(request: Request, now: Milliseconds): Response {
      const query = new URL(request.url).searchParams;
      const clientId = query.get("client_id") ?? "";
      const session = enter(request);
      const headers = new Headers(noStore);
      headers.append("set-cookie", sessionCookie.write(session.secret));
      if (deps.isCookieMode) {
        const grant = ledger.startGrant(session, { clientId, now });
        for (const line of writeRefreshCookies(request, grant)) headers.append("set-cookie", line);
        headers.set("location", query.get("return_to") ?? new URL(deps.callback).origin);
      } else {
        const code = `code_${nextId()}`;
        codes.set(code, { session, grant: null });
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
      const code = codes.get(body.get("code") ?? "");
      // A second use ends what the first one gave (RFC 6749, section 4.1.2).
      if (code?.grant) code.grant.revoked ??= "session_revoked";
      if (!code || code.grant || code.session.ended !== null || !body.get("code_verifier")) {
        return refuse("signin_code_invalid", now);
      }
      const grant = ledger.startGrant(code.session, {
        clientId: body.get("client_id") ?? "",
        now,
        binding: dpopKey(request),
      });
      code.grant = grant;
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
        const grants = [...ledger.grants.values()].filter(({ sid }) => sid === session.sid);
        for (const line of clearRefreshCookies(grants)) headers.append("set-cookie", line);
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
