import type { ErrorEntry } from "./entry.ts";

/** Sign-in: shown to a person, or carried in `?error=` to the client's `signin.failed` address. */
export const signinErrors = {
  provider_unknown: {
    area: "signin",
    status: 404,
    title: "No such provider",
    meaning: "The address names a provider that is not in the configuration.",
    action: "Check the provider's id in the link and under `providers` in the configuration.",
    retryable: false,
  },
  provider_none: {
    area: "signin",
    status: 503,
    title: "Sign-in is not set up",
    meaning: "No provider is configured, so there is nobody to sign in with.",
    action: "Add at least one entry under `providers` in the configuration.",
    retryable: false,
  },
  provider_unavailable: {
    area: "signin",
    status: 503,
    title: "The provider does not answer",
    meaning: "The provider could not be reached, answered too slowly, or answered with a server error.",
    action: "Try again in a moment. Existing sessions are not affected. `holdfast doctor` shows what fails.",
    retryable: true,
  },
  provider_denied: {
    area: "signin",
    status: 403,
    title: "Sign-in was cancelled",
    meaning: "The person, or the provider's policy, declined the request (`access_denied`).",
    action: "Sign in again and allow access; if it was not the person's choice, ask the provider's administrator.",
    retryable: false,
  },
  provider_error: {
    area: "signin",
    status: 502,
    title: "The provider reported an error",
    meaning: "The provider ended the sign-in with an error of its own; its code and words are in the log.",
    action:
      "Read the event `signin.failed` for the provider's error code, and look it up in the provider's documentation.",
    retryable: false,
  },
  provider_misconfigured: {
    area: "signin",
    status: 502,
    title: "The provider refuses this application",
    meaning: "The provider does not accept the client id, the secret or the redirect URI that Holdfast sent.",
    action:
      "Compare `clientId`, `clientSecret` and the callback address with the provider's console; then run `holdfast doctor`.",
    retryable: false,
  },
  provider_response_invalid: {
    area: "signin",
    status: 502,
    title: "The provider's answer makes no sense",
    meaning:
      "The provider's discovery, token or key answer was malformed, too large, or lacked what OpenID Connect requires.",
    action: "Run `holdfast doctor`; compare the provider's `issuer` in the configuration with its discovery document.",
    retryable: false,
  },
  provider_issuer_mismatch: {
    area: "signin",
    status: 502,
    title: "The answer came from another issuer",
    meaning:
      "The issuer in the answer, the ID token or the discovery document is not the one configured (RFC 9207; OpenID Connect Discovery, section 4.3).",
    action:
      "Copy the `issuer` exactly from the provider's discovery document, to the last slash. If it matches, someone mixed up two providers: do not continue.",
    retryable: false,
  },
  provider_token_invalid: {
    area: "signin",
    status: 502,
    title: "The provider's ID token was not accepted",
    meaning: "The ID token's signature, audience, nonce or required claims are wrong.",
    action: "Sign in again. If it stays, run `holdfast doctor` and check the client id and the provider's keys.",
    retryable: false,
  },
  provider_clock_skew: {
    area: "signin",
    status: 502,
    title: "The provider's clock is wrong",
    meaning: "The ID token's times lie further from our clock than the tolerance allows (5 minutes by default).",
    action:
      "Run `holdfast doctor` to see whose clock is off. Correct it with NTP; `clockTolerance` of the provider can bridge the time until then.",
    retryable: true,
  },
  provider_code_rejected: {
    area: "signin",
    status: 502,
    title: "The sign-in took too long at the provider",
    meaning: "The provider no longer accepts the authorization code: it expired or was already used (`invalid_grant`).",
    action: "Sign in again.",
    retryable: false,
  },
  signin_expired: {
    area: "signin",
    status: 400,
    title: "This sign-in has expired",
    meaning: "The person came back after the sign-in's time limit (10 minutes by default).",
    action: "Start again from the app.",
    retryable: false,
  },
  signin_state_unknown: {
    area: "signin",
    status: 400,
    title: "This sign-in is not known",
    meaning:
      "The `state` is missing, wrong, or was already used. An old tab or the back button does this; so does an attacker.",
    action: "Start again from the app.",
    retryable: false,
  },
  signin_browser_mismatch: {
    area: "signin",
    status: 400,
    title: "This sign-in was begun in another browser",
    meaning:
      "The cookie that ties the sign-in to the browser is missing: cookies are blocked, or the link was opened elsewhere.",
    action: "Allow cookies for this site and start again in the same browser.",
    retryable: false,
  },
  signin_code_invalid: {
    area: "signin",
    status: 400,
    title: "The one-time code is not valid",
    meaning:
      "The code from the success redirect is unknown, expired (60 seconds), was used before, or belongs to another client or code verifier.",
    action: "Start the sign-in again. A second use of a code ends what the first one gave.",
    retryable: false,
  },
  redirect_not_allowed: {
    area: "signin",
    status: 400,
    title: "That return address is not allowed",
    meaning: "`return_to` is not on one of the client's origins.",
    action: "Add the exact origin to the client's `origins`, or use a path of the same app.",
    retryable: false,
  },
  client_unknown: {
    area: "signin",
    status: 400,
    title: "No such client",
    meaning: "`client_id` is missing where several clients exist, or is not in the configuration.",
    action: "Check the client's id under `clients` in the configuration.",
    retryable: false,
  },
  account_forbidden: {
    area: "signin",
    status: 403,
    title: "Not a member of that account",
    meaning:
      "The person is not a member of the chosen account, or no longer is; or, at a refresh, it is closed. The session is not harmed, and goes on for the account it was for.",
    action: "Choose another account, or ask an owner for an invitation.",
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>;
