import { randomText, toBase64url } from "../sealing/base64url.ts";
import type { Route } from "./handler.ts";
import { safeReturn } from "./return-to.ts";

/** `GET /auth/signin[/<provider>]?return_to=&account=&prompt=`: to Holdfast, with a challenge that only this browser meets. */
export const beginSignIn: Route = async ({ settings, answers, attempts }, request) => {
  // The router of Next.js fetches ahead, and follows redirects into sites that do not answer it. What is answered with
  // an error it opens as a page instead.
  const destination = request.headers.get("sec-fetch-dest") ?? "document";
  if (destination !== "document" || /prefetch/i.test(request.headers.get("sec-purpose") ?? "")) {
    return answers.problem("login_required");
  }
  const { pathname, searchParams } = new URL(request.url);
  const attempt = {
    state: randomText(16),
    codeVerifier: randomText(32),
    returnTo: safeReturn(searchParams.get("return_to"), settings, settings.afterSignIn),
  };
  const address = new URL(`${settings.issuer.replace(/\/$/, "")}/signin${providerIn(pathname, settings.authPath)}`);
  address.search = new URLSearchParams({
    client_id: settings.clientId,
    state: attempt.state,
    code_challenge: await challengeOf(attempt.codeVerifier),
    code_challenge_method: "S256",
    ...asked(searchParams, "account"),
    ...asked(searchParams, "prompt"),
  }).toString();
  return answers.redirect(address.href, await attempts.begin(request.headers.get("cookie"), attempt));
};

/** `/<provider>`, or nothing. */
function providerIn(pathname: string, authPath: string): string {
  const [provider = ""] = pathname.slice(`${authPath}/signin/`.length).split("/");
  return /^[a-z0-9][a-z0-9._-]*$/.test(provider) ? `/${provider}` : "";
}

function asked(parameters: URLSearchParams, name: string): Record<string, string> {
  const value = parameters.get(name);
  return value === null ? {} : { [name]: value };
}

/** RFC 7636, section 4.2. */
async function challengeOf(codeVerifier: string): Promise<string> {
  return toBase64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(codeVerifier))));
}
