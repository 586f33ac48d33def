import type { Milliseconds } from "../../env.ts";
import type { RefreshRecord } from "../refresh-history.ts";
import { mintAccessToken } from "./access-token.ts";
import { isRefusalCode, noStore, type RefusalCode, refuse } from "./answers.ts";
import {
  type CarriedToken,
  carriedRefreshTokens,
  discardRefreshCookies,
  readCookies,
  sessionCookie,
  writeRefreshCookies,
} from "./cookies.ts";
import { dpopKey } from "./dpop.ts";
import { formatRefreshToken, type Grant, parseRefreshToken } from "./grant.ts";
import type { Ledger } from "./ledger.ts";
import { applyVerdict, isGood, judge, type Presentation, type RefreshVerdict, type RotationRules } from "./verdict.ts";

export interface TokenRules extends RotationRules {
  readonly issuer: string;
  readonly audience: string;
  /** How long access tokens live. */
  readonly access: Milliseconds;
}

export interface RefreshRouteDeps {
  readonly ledger: Ledger;
  readonly rules: TokenRules;
  readonly onRecord: (record: RefreshRecord) => void;
  readonly nextId: () => string;
}

export type RefreshRoute = (request: Request, now: Milliseconds) => Promise<Response>;

/** `POST /refresh`, by the verdict table, with the refresh token in the body or in cookies. */
export function createRefreshRoute({ ledger, rules, onRecord, nextId }: RefreshRouteDeps): RefreshRoute {
  return async (request, now) => {
    const body = new URLSearchParams(await request.text());
    const clientId = body.get("client_id") ?? "";
    const key = request.headers.get("idempotency-key");
    const inBody = body.get("refresh_token");
    const refreshToken = inBody ?? chooseOwn(request, carriedRefreshTokens(request, clientId))?.value ?? null;
    const note = (verdict: RefreshRecord["verdict"], grant: Grant | null = null, presented: number | null = null) =>
      onRecord({ at: now, verdict, key, presented, sid: grant?.sid ?? null, generation: grant?.generation ?? null });

    if (refreshToken === null) {
      note("login_required");
      return refuse("login_required", now);
    }
    const deadline = request.headers.get("refresh-deadline");
    if (deadline !== null && now > Number(deadline)) {
      note("deadline_passed");
      return refuse("deadline_passed", now);
    }
    const token = parseRefreshToken(refreshToken);
    const grant = (token && ledger.grants.get(token.grantId)) ?? null;
    const presentation: Presentation = { token, clientId, idempotencyKey: key, provedKey: dpopKey(request) };
    const verdict = judge(grant, presentation, rules, now);
    if (grant) applyVerdict(grant, verdict, presentation, rules, now);
    if (grant && verdict === "reused") ledger.end(grant.sid, "reuse_detected");
    note(verdict, grant, token?.generation ?? null);
    if (!grant || !isGood(verdict)) return refusal(request, grant, verdict, inBody === null, now);
    // Not sooner, so that nobody learns from it whether a token is good.
    if (inBody === null && isSomebodyElses(request, grant)) return refuse("login_required", now);
    const account = body.get("account");
    if (account !== null) grant.account = account;
    return answer(request, grant, inBody === null, now);
  };

  /** The newest; of several not one that is provably somebody else's. */
  function chooseOwn(request: Request, carried: readonly CarriedToken[]): CarriedToken | undefined {
    const isOwn = ({ token }: CarriedToken) => {
      const grant = token && ledger.grants.get(token.grantId);
      return !grant || !isSomebodyElses(request, grant);
    };
    return carried.length > 1 ? (carried.find(isOwn) ?? carried[0]) : carried[0];
  }

  /** A cookie of somebody else than the browser's session is for is not taken. */
  function isSomebodyElses(request: Request, grant: Grant): boolean {
    const secret = readCookies(request).get(sessionCookie.name);
    const session = secret === undefined ? null : ledger.sessionBySecret(secret);
    return session !== null && session.ended === null && session.userId !== grant.userId;
  }

  function refusal(
    request: Request,
    grant: Grant | null,
    verdict: RefreshVerdict,
    isCookie: boolean,
    now: Milliseconds,
  ): Response {
    const isFinal = verdict === "revoked" || verdict === "expired" || verdict === "reused";
    const cleared = grant && isCookie && isFinal ? discardRefreshCookies(request, grant) : [];
    return refuse(codeOf(verdict, grant), now, cleared);
  }

  function answer(request: Request, grant: Grant, isCookie: boolean, now: Milliseconds): Response {
    const headers = new Headers(noStore);
    if (isCookie) for (const line of writeRefreshCookies(request, grant)) headers.append("set-cookie", line);
    const inHand = isCookie ? {} : { refresh_token: formatRefreshToken(grant, grant.generation) };
    return Response.json({ ...tokenAnswer(grant, rules, now, nextId()), ...inHand }, { headers });
  }
}

/** A good answer, without a refresh token. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: "Bearer" | "DPoP";
  readonly expires_in: number;
  readonly scope: string;
  readonly server_time_ms: number;
  readonly sid: string;
  readonly generation: number;
}

/** The answer that carries an access token. */
export function tokenAnswer(grant: Grant, rules: TokenRules, now: Milliseconds, jti: string): TokenAnswer {
  const lifetime = Math.min(rules.access, grant.expiresAt - now);
  return {
    access_token: mintAccessToken(grant, { issuer: rules.issuer, audience: rules.audience, lifetime, now, jti }),
    token_type: grant.binding === null ? "Bearer" : "DPoP",
    expires_in: Math.floor(lifetime / 1000),
    scope: "",
    server_time_ms: now,
    sid: grant.sid,
    generation: grant.generation,
  };
}

function codeOf(verdict: RefreshVerdict, grant: Grant | null): RefusalCode {
  if (verdict === "malformed") return "refresh_token_malformed";
  if (verdict === "unknown") return "session_unknown";
  if (verdict === "expired") return "session_expired";
  if (verdict === "unbound") return grant?.binding ? "dpop_key_mismatch" : "client_mismatch";
  const reason = grant?.revoked ?? "session_revoked";
  return isRefusalCode(reason) ? reason : "session_revoked";
}
