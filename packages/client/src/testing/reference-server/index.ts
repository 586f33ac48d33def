/**
 * A whole Holdfast in memory, for virtual worlds: sign-in, refresh by the verdict table, sign-out, revocation, and an API
 * that takes the tokens. It owns no clock: every request comes with the moment at which it arrives. What it leaves out:
 * providers, signatures, rate limits, webhooks and feed.
 */
import type { Milliseconds } from "../../env.ts";
import { createRefreshHistory, type RefreshRecord } from "../refresh-history.ts";
import type { ControlledServer, NewestGrant } from "../virtual-server.ts";
import { refuse } from "./answers.ts";
import { createReferenceApi } from "./api.ts";
import { formatRefreshToken, type Grant } from "./grant.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { createRefreshRoute } from "./refresh-route.ts";
import { createSigninRoutes } from "./signin-routes.ts";

export interface ReferenceServerOptions {
  readonly issuer: string;
  readonly api: string;
  readonly callback: string;
  readonly isCookieMode: boolean;
  /** How long access tokens live. Default: 5 minutes. */
  readonly access?: Milliseconds;
  /** Default: 30 seconds. */
  readonly overlap?: Milliseconds;
  /** Default: 30 days. */
  readonly idle?: Milliseconds;
  /** Default: 365 days. */
  readonly absolute?: Milliseconds;
  readonly nextId: () => string;
  readonly onRecord?: (record: RefreshRecord) => void;
}

export interface ReferenceServer extends ControlledServer {
  readonly ledger: Ledger;
  newestGrantOf(person: string): Grant | null;
  /** The same, of somebody who did sign in. @throws when they never did */
  sessionOf(person: string): Grant;
  /** Ends a session at the server; nobody in the browser asked for it. */
  revoke(sid: string, reason?: "session_revoked" | "user_disabled" | "account_closed"): Promise<void>;
}

export function createReferenceServer(options: ReferenceServerOptions): ReferenceServer {
  const { issuer, access = 300_000, overlap = 30_000, idle = 30 * 86_400_000, absolute = 365 * 86_400_000 } = options;
  const ledger = createLedger({ idle, absolute });
  const rules = { issuer, audience: options.api, access, overlap, idle };
  const history = createRefreshHistory(options.onRecord);
  let person = "ada";

  const { nextId } = options;
  const refresh = createRefreshRoute({ ledger, rules, nextId, onRecord: history.note });
  const signin = createSigninRoutes({ ...options, ledger, rules, person: () => person });
  const isOver = (sid: string) => {
    const grants = [...ledger.grants.values()].filter((grant) => grant.sid === sid);
    return grants.every((grant) => grant.revoked !== null || hasExpired(grant));
  };
  let latest = 0;
  const hasExpired = (grant: Grant) => grant.idleExpiresAt <= latest || grant.expiresAt <= latest;
  const api = createReferenceApi({ isOver });

  const newestGrantOf = (userId: string) =>
    [...ledger.grants.values()].findLast((each) => each.userId === userId) ?? null;

  async function route(request: Request, now: Milliseconds): Promise<Response> {
    switch (`${request.method} ${new URL(request.url).pathname}`) {
      case "POST /refresh":
        return refresh(request, now);
      case "GET /signin":
        return signin.signIn(request, now);
      case "POST /signin/redeem":
        return signin.redeem(request, now);
      case "POST /signout":
        return signin.signOut(request);
      case "POST /revoke":
        return signin.revoke(request);
      case "GET /session":
        return signin.session(request, now);
      default:
        return refuse("not_found", now);
    }
  }

  return {
    api,
    ledger,
    history: history.records,
    facts: { isOver, alarms: history.alarms },
    handle(request, now) {
      latest = Math.max(latest, now);
      return new URL(request.url).origin === options.api ? api.handle(request, now) : route(request, now);
    },
    seat(next) {
      person = next;
    },
    userIdOf: (name) => name,
    teamOf: async (name) => `acc_team_${name}`,
    newestGrantOf,
    sessionOf(userId) {
      const grant = newestGrantOf(userId);
      if (!grant) throw new Error(`${userId} never signed in`);
      return grant;
    },
    revoke: async (sid, reason = "session_revoked") => ledger.end(sid, reason),
    async presentStolen({ id }: NewestGrant, generation, at) {
      history.expectThief();
      const grant = ledger.grants.get(id);
      if (!grant) throw new Error(`there is no grant ${id}`);
      const body = new URLSearchParams({
        client_id: grant.clientId,
        refresh_token: formatRefreshToken(grant, generation),
      });
      return route(new Request(`${issuer}/refresh`, { method: "POST", body }), at);
    },
  };
}
