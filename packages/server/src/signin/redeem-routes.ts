import type { RefreshAnswer } from "@holdfast/protocol";
import { Hono } from "hono";
import type { Client, Clients } from "../clients/index.ts";
import type { Proofs } from "../dpop/index.ts";
import { type Grants, oauthErrors, readClientCredentials } from "../grants/index.ts";
import { AppError } from "../http/app-error.ts";
import type { HttpContext, HttpEnvironment } from "../http/context.ts";
import { allowClientOrigins, type OriginRules } from "../http/origin-guard.ts";
import { invalid, type Parameters, readBody } from "../http/parameters.ts";
import type { RateLimits } from "../http/rate-limit.ts";
import type { Sessions } from "../sessions/index.ts";
import type { Admission } from "./admission.ts";
import type { Codes } from "./codes.ts";

export interface RedeemRoutesDeps {
  readonly issuer: string;
  readonly admission: Admission;
  readonly clients: Clients;
  readonly codes: Codes;
  readonly grants: Grants;
  readonly limits: RateLimits;
  readonly origins: OriginRules;
  readonly proofs: Proofs;
  readonly sessions: Sessions;
}

/** `POST /signin/redeem`: a one-time code becomes tokens, for clients that keep their refresh token themselves. */
export function createRedeemRoutes(deps: RedeemRoutesDeps) {
  const { issuer, admission, clients, codes, grants, limits, origins, proofs, sessions } = deps;
  const routes = new Hono<HttpEnvironment>();
  routes.onError(oauthErrors(issuer));
  routes.use("/signin/redeem", allowClientOrigins(origins, ["POST"]));

  routes.post("/signin/redeem", async (context) => {
    const body = await readBody(context);
    const { clientId, clientSecret } = readClientCredentials(context, body);
    const client = clients.choose(clientId);
    // A backend redeems everybody's codes from one address: only what is refused counts.
    const caller = limits.callerOf(context, client.id);
    const answer = await limits.redeemFailure.takeIfRefused(caller, () => redeem(context, client, clientSecret, body));
    context.header("Cache-Control", "no-store");
    return context.json(answer);
  });

  async function redeem(
    context: HttpContext,
    client: Client,
    clientSecret: string | null,
    body: Parameters,
  ): Promise<RefreshAnswer> {
    if (!clients.isAuthentic(client, clientSecret)) throw new AppError("client_authentication_failed");
    const code = body.get("code");
    const codeVerifier = body.get("code_verifier");
    if (code === undefined) throw invalid("code", "is missing");
    if (codeVerifier === undefined || !/^[A-Za-z0-9._~-]{43,128}$/.test(codeVerifier)) {
      throw invalid("code_verifier", "is not 43 to 128 unreserved characters");
    }
    const jkt = await prove(context, client);
    const source = context.get("source");
    const started = await codes.redeem({ client, code, codeVerifier, source }, async (tx, { sessionId, accountId }) => {
      const session = await sessions.find(sessionId, tx);
      if (!session) throw new AppError("signin_code_invalid");
      return admission.enterWithin(tx, { client, session, accountId, jkt, source });
    });
    return { ...(await grants.issue(client, started.subject)), refresh_token: started.refreshToken };
  }

  /**
   * The key that the client binds its tokens to; null for none. Before the code is used: a proof that is refused leaves it
   * good. No nonce is needed, for the code is fresh and good only once; the answer brings one for the first refresh.
   *
   * @throws AppError `dpop_proof_missing`, `dpop_proof_invalid`, `dpop_proof_replayed`, `dpop_nonce_required`
   */
  async function prove(context: HttpContext, client: Client): Promise<string | null> {
    if (client.dpop === "off") return null;
    const proof = proofs.read(context);
    if (proof !== undefined) return proofs.check(context, proof, { path: "/signin/redeem", needsNonce: false });
    if (client.dpop === "allowed") return null;
    proofs.offerNonce(context);
    throw new AppError("dpop_proof_missing");
  }

  return routes;
}
