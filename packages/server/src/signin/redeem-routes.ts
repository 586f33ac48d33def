import type { RefreshAnswer } from "@holdfast/protocol";
import { Hono } from "hono";
import type { Clients } from "../clients/index.ts";
import { type Grants, oauthErrors, readClientCredentials } from "../grants/index.ts";
import { AppError } from "../http/app-error.ts";
import type { HttpEnvironment } from "../http/context.ts";
import { allowClientOrigins, type OriginRules } from "../http/origin-guard.ts";
import { invalid, readBody } from "../http/parameters.ts";
import type { Sessions } from "../sessions/index.ts";
import type { Admission } from "./admission.ts";
import type { Codes } from "./codes.ts";

export interface RedeemRoutesDeps {
  readonly issuer: string;
  readonly admission: Admission;
  readonly clients: Clients;
  readonly codes: Codes;
  readonly grants: Grants;
  readonly origins: OriginRules;
  readonly sessions: Sessions;
}

/** `POST /signin/redeem`: a one-time code becomes tokens, for clients that keep their refresh token themselves. */
export function createRedeemRoutes({ issuer, admission, clients, codes, grants, origins, sessions }: RedeemRoutesDeps) {
  const routes = new Hono<HttpEnvironment>();
  routes.onError(oauthErrors(issuer));
  routes.use("/signin/redeem", allowClientOrigins(origins, ["POST"]));

  routes.post("/signin/redeem", async (context) => {
    const body = await readBody(context);
    const { clientId, clientSecret } = readClientCredentials(context, body);
    const client = clients.choose(clientId);
    if (!clients.isAuthentic(client, clientSecret)) throw new AppError("client_authentication_failed");
    const code = body.get("code");
    const codeVerifier = body.get("code_verifier");
    if (code === undefined) throw invalid("code", "is missing");
    if (codeVerifier === undefined || !/^[A-Za-z0-9._~-]{43,128}$/.test(codeVerifier)) {
      throw invalid("code_verifier", "is not 43 to 128 unreserved characters");
    }
    const source = context.get("source");
    const started = await codes.redeem({ client, code, codeVerifier, source }, async (tx, { sessionId, accountId }) => {
      const session = await sessions.find(sessionId, tx);
      if (!session) throw new AppError("signin_code_invalid");
      return admission.enterWithin(tx, { client, session, accountId, source });
    });
    const answer = await grants.issue(client, started.subject);
    context.header("Cache-Control", "no-store");
    return context.json({ ...answer, refresh_token: started.refreshToken } satisfies RefreshAnswer);
  });

  return routes;
}
