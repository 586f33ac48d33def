import type { EndReason } from "@holdfast/client";
import type { RefreshAnswer, RefreshRefusal } from "@holdfast/protocol";
import { type Session, sessionFrom } from "../session/session.ts";
import type { Settings } from "../settings/settings.ts";
import type { ServerClock } from "./server-clock.ts";
import { readRetryAfter, type Trouble, troubleOf } from "./trouble.ts";

export type RefreshOutcome =
  | { readonly kind: "renewed"; readonly session: Session }
  | { readonly kind: "refused"; readonly reason: EndReason }
  /** Not for this account; the session stands as it was. */
  | { readonly kind: "declined"; readonly code: "account_forbidden" }
  | Trouble;

export type RedeemOutcome =
  | { readonly kind: "redeemed"; readonly session: Session }
  | { readonly kind: "refused"; readonly code: string; readonly requestId: string }
  | Trouble;

/** What is said to Holdfast. Nothing here throws. */
export interface HoldfastWire {
  /** `POST /signin/redeem` (RFC 7636, section 4.5). */
  redeem(code: string, codeVerifier: string): Promise<RedeemOutcome>;
  /**
   * `POST /refresh`, as often as one likes: the attempt's key makes it one.
   *
   * @param account the account to act for from here on; null for the one the session acts for
   */
  refresh(session: Session, account: string | null): Promise<RefreshOutcome>;
  /** `POST /revoke` (RFC 7009): ends the grant; null when it is done. */
  revoke(refreshToken: string): Promise<Trouble | null>;
}

/** The refusals that end a session, and what they are called there. All else that is refused is our own mistake. */
const terminal: Readonly<Partial<Record<RefreshRefusal["reason"], EndReason>>> = {
  session_revoked: "session_revoked",
  session_expired: "session_expired",
  session_unknown: "session_unknown",
  // The cookie vouches for the token: it is Holdfast that no longer knows its own, and it never will.
  refresh_token_malformed: "session_unknown",
  user_disabled: "user_disabled",
  account_closed: "account_closed",
  reuse_detected: "reuse_detected",
  signed_out: "signed_out",
};

const timeoutMs = 10_000;
const longestAnswer = 65_536;

/** What came back, once it is known to be Holdfast's. */
type Answer =
  | { readonly kind: "answer"; readonly body: Record<string, unknown> | null }
  | { readonly kind: "refusal"; readonly refusal: RefreshRefusal }
  | Trouble;

export function createHoldfastWire(
  settings: Pick<Settings, "issuer" | "clientId" | "clientSecret" | "fetch" | "clock">,
  serverClock: ServerClock,
): HoldfastWire {
  const { clock } = settings;
  const base = settings.issuer.replace(/\/$/, "");

  async function post(path: string, form: Record<string, string>, headers: Record<string, string> = {}) {
    const { clientId, clientSecret } = settings;
    const client = { client_id: clientId, ...(clientSecret === null ? {} : { client_secret: clientSecret }) };
    const sentAt = clock.now();
    try {
      const response = await settings.fetch(`${base}${path}`, {
        method: "POST",
        headers: { accept: "application/json", ...headers },
        body: new URLSearchParams({ ...client, ...form }),
        // Not every runtime knows "error". Whoever redirects a token endpoint is not Holdfast.
        redirect: "manual",
        signal: AbortSignal.timeout(timeoutMs),
      });
      const answer = await classify(response);
      learnTime(answer, sentAt, clock.now());
      return answer;
    } catch (cause) {
      const isTimeout = cause instanceof Error && cause.name === "TimeoutError";
      return troubleOf(isTimeout ? "request_timeout" : "network_error", cause);
    }
  }

  function learnTime(answer: Answer, sentAt: number, receivedAt: number): void {
    const body = answer.kind === "answer" ? answer.body : answer.kind === "refusal" ? answer.refusal : null;
    const serverTime = body?.server_time_ms;
    if (typeof serverTime === "number" && Number.isFinite(serverTime)) {
      serverClock.learn({ serverTime, sentAt, receivedAt });
    }
  }

  /** Until when this attempt waits, by Holdfast's clock: one that is held up on the way is then not judged late. */
  function deadline(): Record<string, string> {
    return serverClock.isKnown ? { "refresh-deadline": String(Math.floor(serverClock.now() + timeoutMs)) } : {};
  }

  return {
    async redeem(code, codeVerifier) {
      const answer = await post("/signin/redeem", { code, code_verifier: codeVerifier });
      if (answer.kind === "trouble") return answer;
      if (answer.kind === "answer") {
        const session = readSession(answer.body);
        return session ? { kind: "redeemed", session } : malformed();
      }
      const { reason, request_id: requestId } = answer.refusal;
      if (reason === "client_authentication_failed" || reason === "client_unknown") return mistaken(answer.refusal);
      return { kind: "refused", code: reason, requestId };
    },
    async refresh({ refreshToken, attemptKey }, account) {
      const choice: Record<string, string> = account === null ? {} : { account };
      const form = { grant_type: "refresh_token", refresh_token: refreshToken, ...choice };
      // Another account is another attempt.
      const key = account === null ? attemptKey : `${attemptKey}.${account}`;
      const answer = await post("/refresh", form, { "idempotency-key": key, ...deadline() });
      if (answer.kind === "trouble") return answer;
      if (answer.kind === "answer") {
        const session = readSession(answer.body);
        return session ? { kind: "renewed", session } : malformed();
      }
      if (answer.refusal.reason === "account_forbidden") return { kind: "declined", code: "account_forbidden" };
      const reason = terminal[answer.refusal.reason];
      return reason === undefined ? mistaken(answer.refusal) : { kind: "refused", reason };
    },
    async revoke(refreshToken) {
      const answer = await post("/revoke", { token: refreshToken, token_type_hint: "refresh_token" });
      if (answer.kind === "refusal") return mistaken(answer.refusal);
      return answer.kind === "trouble" ? answer : null;
    },
  };
}

async function classify(response: Response): Promise<Answer> {
  const body = await readJson(response);
  if (response.status === 200) return { kind: "answer", body };
  const retryAfterMs = readRetryAfter(response.headers);
  const cause = new Error(`Holdfast answered ${response.status}`);
  if (response.status === 429) return troubleOf("rate_limited", cause, { retryAfterMs });
  if (response.status >= 500 || response.status === 408) return troubleOf("server_error", cause, { retryAfterMs });
  // A refusal only where it is ours, and final: proxies and portals answer 401 and 403 as well.
  const isRefusal = typeof body?.error === "string" && typeof body.reason === "string" && body.retryable === false;
  if (isRefusal) return { kind: "refusal", refusal: body as unknown as RefreshRefusal };
  return troubleOf("malformed_response", cause, { retryAfterMs });
}

/** The body as JSON; null for what is none, or too long. */
async function readJson(response: Response): Promise<Record<string, unknown> | null> {
  const text = await response.text();
  if (text.length > longestAnswer) return null;
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function readSession(body: Record<string, unknown> | null): Session | null {
  return body && sessionFrom(body as unknown as RefreshAnswer);
}

function malformed(): Trouble {
  return troubleOf("malformed_response", new Error("Holdfast's answer holds no tokens that can be kept"));
}

function mistaken({ reason, error_description: description, request_id: requestId }: RefreshRefusal): Trouble {
  const cause = new Error(`${description} (request ${requestId})`);
  return troubleOf(reason, cause, { isMistake: true });
}
