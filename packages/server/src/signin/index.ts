/**
 * Sign-in and sign-out: the way to a provider and back, the choice of provider and account, the first tokens, and the
 * goodbye. It brings together providers, users, accounts, sessions and grants; none of them knows it.
 */
import { Hono } from "hono";
import type { Accounts } from "../accounts/index.ts";
import type { Clients } from "../clients/index.ts";
import type { Clock } from "../clock/clock.ts";
import type { Config } from "../config/index.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import type { Proofs } from "../dpop/index.ts";
import type { Events } from "../events/index.ts";
import type { Grants, RefreshCookies } from "../grants/index.ts";
import type { HttpEnvironment } from "../http/context.ts";
import type { Cookie } from "../http/cookies.ts";
import type { OriginRules } from "../http/origin-guard.ts";
import type { RateLimits } from "../http/rate-limit.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { Pages } from "../pages/index.ts";
import type { Providers } from "../providers/index.ts";
import type { Sessions } from "../sessions/index.ts";
import type { Database } from "../storage/database.ts";
import type { Users } from "../users/index.ts";
import { createAdmission } from "./admission.ts";
import { createArrival } from "./arrival.ts";
import { createAttempts } from "./attempts.ts";
import { createCallbackRoutes } from "./callback-routes.ts";
import { createCodes } from "./codes.ts";
import { createFailures } from "./failure.ts";
import { createRedeemRoutes } from "./redeem-routes.ts";
import { createBrowserCookie, createSigninRoutes } from "./routes.ts";
import { createSessionRoutes } from "./session-routes.ts";
import { createSignoutRoutes } from "./signout-routes.ts";

export type { Admission } from "./admission.ts";
export { callbackPath } from "./callback-routes.ts";
export { createSigninCleaning } from "./cleaning.ts";

export interface SigninDeps {
  readonly config: Config;
  readonly database: Database;
  readonly events: Events;
  readonly clock: Clock;
  readonly keyRing: KeyRing;
  readonly clients: Clients;
  readonly providers: Providers;
  readonly users: Users;
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly grants: Grants;
  readonly pages: Pages;
  readonly limits: RateLimits;
  readonly origins: OriginRules;
  readonly proofs: Proofs;
  readonly sessionCookie: Cookie;
  readonly refreshCookies: RefreshCookies;
  readonly metrics: Metrics;
  readonly onError: (error: unknown) => void;
}

export function createSignin(deps: SigninDeps) {
  const { config, metrics } = deps;
  const help = "Sign-ins by provider and result: ok, or the error code.";
  const signins = metrics.counter("holdfast_signins_total", help, ["provider", "result"]);
  const { issuer, secure: isSecure } = config;
  const attemptLifetime = config.signin.attempt;
  const admission = createAdmission(deps);
  const codes = createCodes(deps);
  const arrival = createArrival({ ...deps, admission, codes });
  const attempts = createAttempts({ ...deps, lifetime: attemptLifetime });
  const failures = createFailures({
    ...deps,
    onFailure: (provider, code) => signins.inc({ provider: provider ?? "none", result: code }),
  });
  const browserCookie = createBrowserCookie(isSecure);

  const routes = new Hono<HttpEnvironment>();
  for (const group of [
    createRedeemRoutes({ ...deps, issuer, admission, codes }),
    createSigninRoutes({ ...deps, attempts, arrival, failures, isSecure, attemptLifetime }),
    createCallbackRoutes({
      ...deps,
      issuer,
      admission,
      arrival,
      attempts,
      browserCookie,
      failures,
      onSignedIn: (provider) => signins.inc({ provider, result: "ok" }),
    }),
    createSessionRoutes({ ...deps, admission }),
    createSignoutRoutes({ ...deps, admission }),
  ]) {
    routes.route("/", group);
  }

  return { routes, admission };
}
