import type { ErrorCode, RefreshAnswer } from "@holdfast/protocol";
import type { Session } from "../session/session.ts";
import type { Standing } from "../session/standing.ts";
import { readForm } from "./form.ts";
import type { Route } from "./handler.ts";
import { isSameOrigin } from "./same-origin.ts";

/** A token this young is new to whoever asks, unless they say that it is the one they have. */
const youngMs = 30_000;

/**
 * `POST /auth/token`, also as `/auth/refresh`: an access token for the page, in the words of Holdfast's own `/refresh` in
 * cookie mode. Who asks wants another token than the one in hand: `Holdfast-Not-Token` is the last 16 characters of it.
 */
export const giveToken: Route = async ({ settings, answers, sessions, serverClock }, request) => {
  if (!isSameOrigin(request, settings.appOrigin)) return answers.refusal("origin_not_allowed");
  const notToken = request.headers.get("holdfast-not-token");
  const isNotWanted = ({ accessToken }: Session) => notToken !== null && accessToken.endsWith(notToken);
  const isOld = ({ issuedAt }: Session) => serverClock.now() - issuedAt > youngMs;
  const { standing, writes, retryInMs, declined } = await sessions.resume(request.headers.get("cookie"), {
    isRefused: (session) => isNotWanted(session) || isOld(session),
    account: (await readForm(request)).get("account") || null,
  });
  if (declined) return answers.refusal(declined);
  const isUsable = standing.status === "active" || standing.status === "degraded";
  const answer =
    isUsable && !isNotWanted(standing.session)
      ? answers.json(answerOf(standing.session, serverClock.now()))
      : answers.refusal(codeOf(standing), { retryInMs });
  return answers.withCookies(answer, writes);
};

function answerOf({ accessToken, claims, generation, issuedAt, lifetimeMs }: Session, now: number): RefreshAnswer {
  return {
    access_token: accessToken,
    token_type: "Bearer",
    expires_in: Math.max(Math.floor((issuedAt + lifetimeMs - now) / 1000), 1),
    scope: claims.scope,
    server_time_ms: Math.round(now),
    sid: claims.sid,
    generation,
  };
}

function codeOf(standing: Standing): ErrorCode {
  if (standing.status === "anonymous") return "login_required";
  return standing.status === "ended" ? standing.reason : "temporarily_unavailable";
}
