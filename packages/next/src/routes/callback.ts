import type { CookieWrite } from "../cookies/cookie-header.ts";
import type { Kit } from "../kit.ts";
import type { Route } from "./handler.ts";
import { signInFailedPage } from "./sign-in-failed-page.ts";

interface Failure {
  readonly code: string;
  readonly requestId: string | null;
  /** Where the person wanted to go. */
  readonly returnTo?: string;
  readonly writes?: readonly CookieWrite[];
}

/** `GET /auth/callback?code=&state=` (or `?error=&state=`): the person comes back from Holdfast. */
export const receiveCallback: Route = async (kit, request) => {
  const { answers, attempts, sessions, wire, settings } = kit;
  const cookieHeader = request.headers.get("cookie");
  const { searchParams } = new URL(request.url);
  const state = searchParams.get("state") ?? "";
  const attempt = await attempts.find(cookieHeader, state);
  if (!attempt) return withoutAttempt(kit, cookieHeader);
  const finished = await attempts.finish(state);
  const { returnTo } = attempt;

  const code = searchParams.get("code");
  if (code === null) {
    const requestId = searchParams.get("request_id");
    return fail(kit, { code: searchParams.get("error") ?? "invalid_request", requestId, returnTo, writes: [finished] });
  }
  const outcome = await wire.redeem(code, attempt.codeVerifier);
  if (outcome.kind === "redeemed") {
    const { session } = outcome;
    return answers.redirect(returnTo, [...(await sessions.start(cookieHeader, session)), finished]);
  }
  if (outcome.kind === "refused") return fail(kit, { ...outcome, returnTo, writes: [finished] });
  const detail = outcome.cause instanceof Error ? outcome.cause.message : outcome.code;
  if (outcome.isMistake) settings.emit({ type: "config_error", code: outcome.code, detail });
  settings.emit({ type: "trouble", during: "redeem", code: outcome.code, retryInMs: 0, cause: outcome.cause });
  // A code is good for one attempt, and nobody knows whether this was it: the next sign-in asks for nothing again.
  return fail(kit, { code: "temporarily_unavailable", requestId: null, returnTo, writes: [finished] });
};

/** An old tab, the back button; or somebody else's sign-in, which must not become this browser's (RFC 6749, 10.12). */
async function withoutAttempt(kit: Kit, cookieHeader: string | null): Promise<Response> {
  const standing = await kit.sessions.look(cookieHeader);
  if ("session" in standing) return kit.answers.redirect(kit.settings.afterSignIn);
  return fail(kit, { code: "signin_state_unknown", requestId: null });
}

function fail({ answers, settings }: Kit, { code, requestId, returnTo, writes = [] }: Failure): Response {
  // Out of an address that anybody may have written.
  const known = /^[a-z_]{1,64}$/.test(code) ? code : "invalid_request";
  const parameters = new URLSearchParams({ error: known });
  if (requestId !== null) parameters.set("request_id", requestId.slice(0, 100));
  if (settings.signInFailed !== null) {
    const separator = settings.signInFailed.includes("?") ? "&" : "?";
    return answers.redirect(`${settings.signInFailed}${separator}${parameters}`, writes);
  }
  const again = new URLSearchParams(returnTo === undefined ? {} : { return_to: returnTo });
  const page = signInFailedPage({ code: known, againHref: `${settings.authPath}/signin?${again}` });
  return answers.withCookies(page, writes);
}
