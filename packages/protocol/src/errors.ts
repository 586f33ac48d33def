/** Which door an error comes from. */
export type ErrorArea = "signin" | "refresh" | "token" | "http" | "operations";

/** One line of the error catalogue. */
export interface ErrorEntry {
  readonly area: ErrorArea;
  /** The HTTP status it travels with; 0 where it is not an HTTP answer. */
  readonly status: number;
  /** A few words. */
  readonly title: string;
  /** What happened, for the person who reads the log. */
  readonly meaning: string;
  /** What to do now. */
  readonly action: string;
  /** Whether the same request can succeed later without anyone doing anything. */
  readonly retryable: boolean;
}

/** An error answer outside OAuth's own endpoints: problem details (RFC 9457), `application/problem+json`. */
export interface ProblemDetails {
  /** A page that explains the code. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly request_id: string;
  /** Each field that was wrong, where the request had fields. */
  readonly problems?: readonly { readonly path: string; readonly message: string }[];
}

/** Every stable error code: what it means and what to do. */
export const errorCatalogue = {
  // Sign-in: shown to a person, or carried in `?error=` to the client's `signin.failed` address.
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
    meaning: "The person is not a member of the chosen account, or no longer is.",
    action: "Choose another account, or ask an owner for an invitation.",
    retryable: false,
  },

  // Refresh, and the session's end.
  refresh_token_malformed: {
    area: "refresh",
    status: 400,
    title: "That is not a refresh token of this server",
    meaning:
      "The token is cut, altered, or was issued by another installation: its tag does not verify. The database was not asked.",
    action: "Sign in again. If it is sudden and general, check that every node has the same `HOLDFAST_SECRET`.",
    retryable: false,
  },
  session_unknown: {
    area: "refresh",
    status: 400,
    title: "The session is not known",
    meaning:
      "The refresh token is well formed, but its grant is not in the database: it ended long ago and was removed, or a backup was restored.",
    action: "Sign in again.",
    retryable: false,
  },
  session_revoked: {
    area: "refresh",
    status: 400,
    title: "The session was ended",
    meaning: "Someone with the right to do so revoked the session.",
    action: "Sign in again. The session's timeline says who and when.",
    retryable: false,
  },
  session_expired: {
    area: "refresh",
    status: 400,
    title: "The session has run out",
    meaning: "The session was not used for longer than its idle limit, or it reached its absolute limit.",
    action: "Sign in again. The limits are `sessions.idle` and `sessions.absolute`.",
    retryable: false,
  },
  signed_out: {
    area: "refresh",
    status: 400,
    title: "Signed out",
    meaning: "The person signed out.",
    action: "Sign in again.",
    retryable: false,
  },
  reuse_detected: {
    area: "refresh",
    status: 400,
    title: "A used refresh token came back",
    meaning:
      "A refresh token that had been replaced before was presented again, later than the overlap allows: two parties hold the same lineage. It was ended to protect the person.",
    action:
      "Sign in again. If it happens to honest people, look for a client that restores old storage or copies tokens.",
    retryable: false,
  },
  user_disabled: {
    area: "refresh",
    status: 403,
    title: "This user is disabled",
    meaning: "An administrator has disabled or deleted the user.",
    action: "Ask an administrator.",
    retryable: false,
  },
  account_closed: {
    area: "refresh",
    status: 403,
    title: "This account is closed",
    meaning: "The account was closed, so nobody can sign in for it.",
    action: "Ask the account's owner to reopen it within the grace period.",
    retryable: false,
  },
  client_mismatch: {
    area: "refresh",
    status: 400,
    title: "The token belongs to another client",
    meaning:
      "The refresh token was issued to a client other than the one that presented it. The session is not harmed.",
    action: "Send the `client_id` the token was issued to.",
    retryable: false,
  },
  client_authentication_failed: {
    area: "refresh",
    status: 401,
    title: "The client could not be authenticated",
    meaning: "The client's secret is missing or wrong. The session is not harmed.",
    action: "Check the client's secret; send it in the Authorization header (Basic) or in the body, not both.",
    retryable: false,
  },
  login_required: {
    area: "refresh",
    status: 401,
    title: "Nobody is signed in here",
    meaning: "The request carries no session: no cookie and no refresh token.",
    action:
      'Sign in. If you just did, check that the app and Holdfast are on the same site and that cookies are sent (`credentials: "include"`).',
    retryable: false,
  },

  // Access tokens, at a resource server.
  token_missing: {
    area: "token",
    status: 401,
    title: "No access token",
    meaning:
      "The request has no `Authorization: Bearer …` header. Tokens in the query string are not read (RFC 9700, section 4.3.2).",
    action: "Send the access token in the Authorization header.",
    retryable: false,
  },
  token_malformed: {
    area: "token",
    status: 401,
    title: "That is not a token",
    meaning: "The Authorization header does not hold exactly one well-formed JWT.",
    action: "Send `Authorization: Bearer <access token>`, once.",
    retryable: false,
  },
  token_type_invalid: {
    area: "token",
    status: 401,
    title: "That is not an access token",
    meaning: "The JWT's `typ` is not `at+jwt` (RFC 9068, section 2.1); it may be an ID token.",
    action: "Send the access token, not the ID token.",
    retryable: false,
  },
  token_algorithm_unsupported: {
    area: "token",
    status: 401,
    title: "The token's algorithm is not accepted",
    meaning: "The JWT's `alg` is not one of the verifier's algorithms; `none` and shared-secret algorithms never are.",
    action: "Use a token issued by Holdfast. If you changed the signing algorithm, allow it in the verifier.",
    retryable: false,
  },
  token_signature_invalid: {
    area: "token",
    status: 401,
    title: "The token's signature is wrong",
    meaning: "The token was altered, or signed by someone else.",
    action: "Get a new token. If it is general, check that the verifier's issuer is the one that signs.",
    retryable: false,
  },
  token_key_unknown: {
    area: "token",
    status: 401,
    title: "The token's key is not known",
    meaning: "The JWT's `kid` is not in the issuer's key set, also after looking again.",
    action: "Get a new token. If it is general, check the issuer and the cache in front of its JWKS.",
    retryable: false,
  },
  token_issuer_mismatch: {
    area: "token",
    status: 401,
    title: "The token is from another issuer",
    meaning: "The token's `iss` is not exactly the verifier's issuer.",
    action: "Compare both to the last character, with scheme, port and slash.",
    retryable: false,
  },
  token_audience_mismatch: {
    area: "token",
    status: 401,
    title: "The token is for another service",
    meaning: "The token's `aud` does not contain this service.",
    action: "Add the service's audience to the client's `audience` in the configuration, or correct the verifier's.",
    retryable: false,
  },
  token_expired: {
    area: "token",
    status: 401,
    title: "The token has expired",
    meaning: "The token's `exp` has passed; the description says how long ago, and by whose clock.",
    action: "Refresh and send the request once more.",
    retryable: false,
  },
  token_not_yet_valid: {
    area: "token",
    status: 401,
    title: "The token is from the future",
    meaning: "The token's `iat` or `nbf` lies ahead of the verifier's clock by more than the tolerance.",
    action: "Correct the clock of this service (NTP); the token is fine.",
    retryable: true,
  },
  token_claims_invalid: {
    area: "token",
    status: 401,
    title: "The token lacks a claim",
    meaning: "A claim that RFC 9068, section 2.2 requires is missing or of the wrong type.",
    action: "Use an access token issued by Holdfast.",
    retryable: false,
  },
  token_revoked: {
    area: "token",
    status: 401,
    title: "The token's session was ended",
    meaning: "The session or grant behind the token was revoked, by sign-out or by someone with the right to do so.",
    action: "Sign in again.",
    retryable: false,
  },
  insufficient_scope: {
    area: "token",
    status: 403,
    title: "The token does not allow that",
    meaning: "The token is valid, but its scope lacks what this request needs (RFC 6750, section 3.1).",
    action: "Ask for the scope named in the answer when signing in.",
    retryable: false,
  },
  keys_unavailable: {
    area: "token",
    status: 503,
    title: "The issuer's keys cannot be had",
    meaning: "The key set could not be fetched and none is cached. This says nothing about the token.",
    action: "Try again shortly; check that this service reaches the issuer.",
    retryable: true,
  },
  feed_lost: {
    area: "token",
    status: 503,
    title: "Revocations cannot be followed",
    meaning: "The verifier has lost the feed for longer than it is configured to tolerate.",
    action: "Try again shortly; check that this service reaches the issuer's feed.",
    retryable: true,
  },

  // Any request.
  invalid_request: {
    area: "http",
    status: 400,
    title: "The request is not valid",
    meaning: "A parameter is missing, repeated, or of the wrong form; the answer says which.",
    action: "Correct the named parameter.",
    retryable: false,
  },
  unsupported_grant_type: {
    area: "http",
    status: 400,
    title: "That grant type is not offered here",
    meaning: "This endpoint takes `grant_type=refresh_token` only (RFC 6749, section 5.2).",
    action: "Send `grant_type=refresh_token`, or leave it out.",
    retryable: false,
  },
  not_found: {
    area: "http",
    status: 404,
    title: "Nothing is here",
    meaning: "No page or endpoint has this address.",
    action: "Check the address; the endpoints are listed in `/.well-known/oauth-authorization-server`.",
    retryable: false,
  },
  method_not_allowed: {
    area: "http",
    status: 405,
    title: "Not with that method",
    meaning: "The endpoint exists, but not for this HTTP method; `Allow` lists those it takes.",
    action: "Use one of the methods in the `Allow` header.",
    retryable: false,
  },
  unsupported_media_type: {
    area: "http",
    status: 415,
    title: "That body format is not read",
    meaning: "The body is neither `application/x-www-form-urlencoded` nor `application/json`.",
    action: "Set `Content-Type` to one of the two.",
    retryable: false,
  },
  payload_too_large: {
    area: "http",
    status: 413,
    title: "The request body is too large",
    meaning: "The body is over 64 KB.",
    action: "Send less.",
    retryable: false,
  },
  uri_too_long: {
    area: "http",
    status: 414,
    title: "The address is too long",
    meaning: "The URL is over 8 KB.",
    action: "Send a shorter `return_to` or `state`.",
    retryable: false,
  },
  origin_not_allowed: {
    area: "http",
    status: 403,
    title: "That web page may not ask",
    meaning:
      "The request came from a web origin that belongs to no client: a browser said so in `Origin` or `Sec-Fetch-Site`.",
    action: "Add the page's exact origin (scheme, host, port) to the client's `origins`.",
    retryable: false,
  },
  rate_limited: {
    area: "http",
    status: 429,
    title: "Too many requests",
    meaning: "This caller sent more than the limit.",
    action: "Wait as long as `Retry-After` says.",
    retryable: true,
  },
  temporarily_unavailable: {
    area: "http",
    status: 503,
    title: "Trouble on our side",
    meaning:
      "The database did not answer in time, or the server is starting or stopping. Nothing was decided about the session.",
    action: "Keep the tokens and try again after `Retry-After`.",
    retryable: true,
  },
  internal_error: {
    area: "http",
    status: 500,
    title: "Something failed on our side",
    meaning: "An error nobody foresaw. Nothing was decided about the session.",
    action: "Try again; if it stays, give the request id to whoever runs this server: it leads to the log line.",
    retryable: true,
  },

  // Running a deployment.
  config_invalid: {
    area: "operations",
    status: 0,
    title: "The configuration is not valid",
    meaning: "One or more settings are missing or wrong; all of them are listed by name.",
    action: "Correct them; `holdfast config check` tries again without starting anything.",
    retryable: false,
  },
  config_missing: {
    area: "operations",
    status: 0,
    title: "There is no such configuration file",
    meaning: "The file named with `--config` does not exist or cannot be read.",
    action: "Check the path.",
    retryable: false,
  },
  secret_wrong: {
    area: "operations",
    status: 0,
    title: "The secret does not fit this database",
    meaning: "The signing keys in the database were encrypted with another secret.",
    action: "Put the former secret into `HOLDFAST_SECRET_PREVIOUS`, or restore it as `HOLDFAST_SECRET`.",
    retryable: false,
  },
  data_locked: {
    area: "operations",
    status: 0,
    title: "The data directory is in use",
    meaning: "Another running process holds the data directory; its pid and start are in the message.",
    action: "Stop that process, or choose another directory with `--data`.",
    retryable: false,
  },
  data_inaccessible: {
    area: "operations",
    status: 0,
    title: "The data directory cannot be used",
    meaning: "The embedded PostgreSQL cannot read or write the data directory, or it belongs to someone else.",
    action: "Choose another directory with `--data`, or correct the permissions named in the message.",
    retryable: false,
  },
  embedded_unsupported: {
    area: "operations",
    status: 0,
    title: "No embedded PostgreSQL for this machine",
    meaning: "The binaries for this platform are not installed, or none exist for it.",
    action: "Set `DATABASE_URL` to a PostgreSQL server, version 15 or newer.",
    retryable: false,
  },
  embedded_failed: {
    area: "operations",
    status: 0,
    title: "The embedded PostgreSQL did not start",
    meaning: "The database process ended or did not get ready in time; its last lines are in the message.",
    action: "Read `postgres.log` in the data directory.",
    retryable: true,
  },
  database_unreachable: {
    area: "operations",
    status: 0,
    title: "The database cannot be reached",
    meaning: "No connection to PostgreSQL could be made.",
    action: "Check `DATABASE_URL`, that the server runs, and that it accepts connections from here.",
    retryable: true,
  },
  database_too_old: {
    area: "operations",
    status: 0,
    title: "PostgreSQL is too old",
    meaning: "The server is older than PostgreSQL 15.",
    action: "Upgrade it.",
    retryable: false,
  },
  database_newer: {
    area: "operations",
    status: 0,
    title: "The database is from a newer Holdfast",
    meaning: "The schema has migrations that this version does not know.",
    action: "Run the newer version, or restore a backup from before the upgrade.",
    retryable: false,
  },
  port_in_use: {
    area: "operations",
    status: 0,
    title: "The port is taken",
    meaning: "Another process listens on the port.",
    action: "Choose another (`--port`; `management.port` for the metrics), or stop the other process.",
    retryable: false,
  },
  practice_refused: {
    area: "operations",
    status: 0,
    title: "No practice provider in production",
    meaning: "The practice provider lets anyone sign in as anyone; it only runs in development.",
    action: "Configure a real provider under `providers`.",
    retryable: false,
  },
  command_refused: {
    area: "operations",
    status: 0,
    title: "That command is not allowed here",
    meaning: "`session create` makes a session without a sign-in, and is refused in production unless it was enabled.",
    action: "Set `allowSessionCreate` (or `HOLDFAST_ALLOW_SESSION_CREATE=true`) if you mean it.",
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>;

/** A stable error code. Codes are never renamed; a new situation gets a new code. */
export type ErrorCode = keyof typeof errorCatalogue;
