import type { Kit } from "../kit.ts";
import { isSameOrigin, isUnsafe } from "../routes/same-origin.ts";
import { type Auth, authFrom } from "../session/auth.ts";

/** A route handler that is only called for somebody who is signed in, with a usable access token. */
export type AuthHandler<Context> = (request: Request, auth: Auth, context: Context) => Response | Promise<Response>;

/**
 * Answers for a handler that needs somebody: 401 without a session, 503 with `Retry-After` while Holdfast cannot be
 * reached for a token, 403 for what another site's page wants changed.
 */
export async function answerWithAuth(
  { settings, answers, sessions }: Kit,
  request: Request,
  call: (auth: Auth) => Response | Promise<Response>,
): Promise<Response> {
  // Lax cookies come along from a neighbour on another subdomain.
  if (isUnsafe(request.method) && !isSameOrigin(request, settings.appOrigin)) {
    return answers.problem("origin_not_allowed");
  }
  const { standing, writes, retryInMs } = await sessions.resume(request.headers.get("cookie"));
  if (standing.status === "anonymous" || standing.status === "ended") {
    return answers.withCookies(answers.problem("login_required"), writes);
  }
  if (standing.status === "stale") return answers.problem("temporarily_unavailable", { retryInMs });
  const response = await call(authFrom(standing));
  // Some are made elsewhere and cannot be altered: what `fetch` brought, `Response.redirect`.
  const answer = new Response(response.body, response);
  if (!answer.headers.has("cache-control")) answer.headers.set("cache-control", "private, no-store");
  return answers.withCookies(answer, writes);
}
