import type { RefreshAnswer, RefreshVerdict } from "@holdfast/protocol";
import { Hono } from "hono";
import type { Client, Clients } from "../clients/index.ts";
import type { Clock } from "../clock/clock.ts";
import type { Proofs } from "../dpop/index.ts";
import { AppError } from "../http/app-error.ts";
import type { HttpContext, HttpEnvironment } from "../http/context.ts";
import { allowClientOrigins, type OriginRules } from "../http/origin-guard.ts";
import { type Parameters, readBody } from "../http/parameters.ts";
import type { RateLimits } from "../http/rate-limit.ts";
import { readClientCredentials, readParameter } from "./client-credentials.ts";
import { oauthErrors } from "./oauth-error.ts";
import type { Possession, Refresh, RefreshOutcome } from "./refresh.ts";
import type { CarriedToken, RefreshCookies } from "./refresh-cookies.ts";
import { claimedGrant } from "./refresh-token.ts";
import type { Switching } from "./switching.ts";

export interface RefreshRoutesDeps {
  readonly issuer: string;
  readonly clock: Clock;
  readonly refresh: Refresh;
  readonly clients: Clients;
  readonly cookies: RefreshCookies;
  readonly limits: RateLimits;
  readonly origins: OriginRules;
  readonly proofs: Proofs;
  readonly switching: Switching;
  /** Whether the browser that asks is signed in as somebody else than this session's person. */
  readonly isSomebodyElses: (context: HttpContext, sessionId: string) => Promise<boolean>;
  /** Told of every verdict. A reused token may end the whole session. */
  readonly onOutcome: (outcome: RefreshOutcome, requestId: string) => Promise<void>;
}

/** Where the presented token came from decides where its successor goes. */
interface Presented {
  readonly client: Client;
  readonly refreshToken: string;
  /** Null where it is not known, and not needed. */
  readonly grantId: string | null;
  readonly isCookie: boolean;
  readonly clientSecret: string | null;
}

interface Proved extends Possession {
  /** What tells the client more than the problem's code does. */
  readonly error?: AppError;
}

const nothingProved: Proved = { jkt: null, problem: null };
const proofErrors = ["dpop_proof_missing", "dpop_proof_invalid", "dpop_proof_replayed"] as const;

/** Verdicts after which a grant answers nobody any more. */
const finalVerdicts: readonly RefreshVerdict[] = ["revoked", "expired", "reused"];

const maximumIdempotencyKey = 256;
// Grants of a request that are looked up: a browser carries one or two, and a stranger as many as fit into a header.
const lookedUpAtMost = 16;

/** `POST /refresh`: a new access token, and the refresh token's successor (RFC 6749, section 6). */
export function createRefreshRoutes(deps: RefreshRoutesDeps) {
  const { issuer, clock, refresh, clients, cookies, limits, origins, proofs, switching, isSomebodyElses, onOutcome } =
    deps;
  const routes = new Hono<HttpEnvironment>();
  routes.onError(oauthErrors(issuer, clock));
  routes.use("/refresh", allowClientOrigins(origins, ["POST"]));

  routes.post("/refresh", async (context) => {
    const body = await readBody(context);
    const presented = await readPresented(context, body);
    const accountId = readParameter(body, "account");
    const { client, refreshToken, isCookie } = presented;
    const grant = claimedGrant(refreshToken);
    const caller = limits.callerOf(context, grant ?? "none");
    // Who says that it is theirs may be anybody: only what is theirs is taken from it.
    const outcome = await limits.refresh.takeIfDone(caller && grant, () =>
      limits.refreshFailure.takeIfRefused(caller, () => judge(context, presented, accountId)),
    );
    // A neighbour on another subdomain can plant a refresh cookie of their own: whoever took it would act as them.
    if (isCookie && (await isSomebodyElses(context, outcome.answer.sid))) {
      throw new AppError("login_required", "The refresh token is not of the person who is signed in here.");
    }
    if (isCookie) cookies.write(context, client, outcome.refreshToken, outcome.expiresAt);
    const answer: RefreshAnswer = isCookie
      ? outcome.answer
      : { ...outcome.answer, refresh_token: outcome.refreshToken };
    context.header("Cache-Control", "no-store");
    return context.json(answer);
  });

  /**
   * @param accountId the account to act for from here on; null for the one it acts for
   * @throws AppError with the reason, when the token is refused
   */
  async function judge(context: HttpContext, presented: Presented, accountId: string | null) {
    const { client, refreshToken, isCookie, grantId, clientSecret } = presented;
    const source = context.get("source");
    const proof = proofs.read(context);
    const possession = proof === undefined && client.dpop !== "required" ? nothingProved : await prove(context, proof);
    const outcome = await refresh.present({
      refreshToken,
      client,
      isProved: clients.isAuthentic(client, clientSecret),
      possession,
      idempotencyKey: readIdempotencyKey(context),
      deadline: readDeadline(context),
      judge: accountId === null ? undefined : switching.judgeFor(accountId),
      source,
    });
    await onOutcome(outcome, source.requestId);
    if (outcome.kind === "answered") return outcome;
    // By their names these cookies are this grant's: a refusal that arrives late takes nothing from a newer sign-in.
    if (isCookie && grantId !== null && finalVerdicts.includes(outcome.verdict)) {
      cookies.discard(context, client, grantId);
    }
    if (outcome.reason === "dpop_proof_missing") proofs.offerNonce(context);
    throw possession.error?.code === outcome.reason ? possession.error : new AppError(outcome.reason);
  }

  /**
   * What the request proves of a key. A proof that breaks a rule is for the verdict to weigh; that one needs a nonce is no
   * verdict.
   *
   * @throws AppError `dpop_nonce_required`
   */
  async function prove(context: HttpContext, proof: string | undefined): Promise<Proved> {
    try {
      if (proof === undefined) throw new AppError("dpop_proof_missing");
      return { jkt: await proofs.check(context, proof, { path: "/refresh", needsNonce: true }), problem: null };
    } catch (error) {
      const code = error instanceof AppError ? proofErrors.find((each) => each === error.code) : undefined;
      if (!(error instanceof AppError) || code === undefined) throw error;
      return { jkt: null, problem: code, error };
    }
  }

  async function readPresented(context: HttpContext, body: Parameters): Promise<Presented> {
    const grantType = readParameter(body, "grant_type");
    if (grantType !== null && grantType !== "refresh_token") throw new AppError("unsupported_grant_type");
    const { clientId, clientSecret } = readClientCredentials(context, body);
    const refreshToken = readParameter(body, "refresh_token");
    if (refreshToken !== null) {
      const client = clients.choose(clientId ?? (await refresh.clientOf(refreshToken)));
      return { client, refreshToken, grantId: null, isCookie: false, clientSecret };
    }
    const client = clientId === null ? clientByCookie(context) : clients.choose(clientId);
    if (client && !mayUseCookie(context, client)) throw new AppError("origin_not_allowed");
    const carried = client && (await chooseOwn(context, cookies.read(context, client)));
    if (!client || !carried) throw new AppError("login_required");
    return { client, ...carried, isCookie: true, clientSecret };
  }

  /** A page of one client must not get the tokens of another, though the browser would send it their cookies alike. */
  function mayUseCookie(context: HttpContext, client: Client): boolean {
    const origin = context.req.header("origin");
    return origin === undefined || origin === issuer || client.origins.includes(origin);
  }

  /**
   * Of several grants' tokens the newest counts, though it may have ended: what came before it was replaced by a sign-in.
   * Not so what is provably somebody else's: that was planted by a neighbour, or left behind.
   */
  async function chooseOwn(context: HttpContext, carried: readonly CarriedToken[]): Promise<CarriedToken | undefined> {
    const [newest, ...older] = carried;
    if (older.length === 0) return newest;
    for (const each of carried.slice(0, lookedUpAtMost)) {
      const sessionId = each.grantId === null ? null : await refresh.sessionOf(each.grantId);
      if (sessionId === null || !(await isSomebodyElses(context, sessionId))) return each;
    }
    return newest;
  }

  /** A page need not say which client it is, where only one of them is signed in here. */
  function clientByCookie(context: HttpContext): Client | null {
    const signedIn = clients
      .all()
      .filter((client) => mayUseCookie(context, client) && cookies.read(context, client).length > 0);
    if (signedIn.length > 1)
      throw new AppError("client_unknown", "Several clients are signed in here; name one with client_id.");
    return signedIn[0] ?? null;
  }

  return routes;
}

/** The `Idempotency-Key` of an attempt: the same for all its retries. Printable ASCII, 256 characters at most. */
function readIdempotencyKey(context: HttpContext): string | null {
  const key = context.req.header("idempotency-key");
  if (key === undefined) return null;
  if (key.length > maximumIdempotencyKey || !/^[\x21-\x7e]+$/.test(key)) {
    throw new AppError("invalid_request", "The Idempotency-Key is not 1 to 256 printable ASCII characters.");
  }
  return key;
}

/**
 * The `Refresh-Deadline` of an attempt: until when its client waits, in milliseconds since the epoch by the server's
 * clock, as the client reckons it from `server_time_ms`.
 */
function readDeadline(context: HttpContext): number | null {
  const deadline = context.req.header("refresh-deadline");
  if (deadline === undefined) return null;
  if (!/^\d{1,15}$/.test(deadline)) {
    throw new AppError("invalid_request", "The Refresh-Deadline is not a moment in milliseconds since 1970.");
  }
  return Number(deadline);
}
