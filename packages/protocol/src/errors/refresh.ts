import type { ErrorEntry } from "./entry.ts";

/** Refresh, and the session's end. */
export const refreshErrors = {
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
  dpop_proof_missing: {
    area: "refresh",
    status: 400,
    title: "The proof of possession is missing",
    meaning:
      "The refresh token is bound to a key, or the client is to bind its tokens to one, and the request has no `DPoP` header. The session is not harmed.",
    action: "Send a DPoP proof (RFC 9449) by the key that the sign-in began with.",
    retryable: false,
  },
  dpop_proof_invalid: {
    area: "refresh",
    status: 400,
    title: "The proof of possession is not accepted",
    meaning:
      "The `DPoP` header breaks a rule of RFC 9449, section 4.3; the description names it. The session is not harmed.",
    action: "Mend how the client makes its proofs. A proof is for one request: its method, its address, its moment.",
    retryable: false,
  },
  dpop_proof_replayed: {
    area: "refresh",
    status: 400,
    title: "That proof of possession was used before",
    meaning:
      "A DPoP proof with this `jti` was accepted a moment ago: the request was sent twice, or copied. The session is not harmed.",
    action: "Try again with a new proof, at once.",
    retryable: true,
  },
  dpop_nonce_required: {
    area: "refresh",
    status: 400,
    title: "The proof needs the server's nonce",
    meaning:
      "The DPoP proof holds no nonce of the server, or one that is too old, or its `iat` is too far from the server's clock. The session is not harmed.",
    action: "Try again at once, with a new proof that holds the nonce of the answer's `DPoP-Nonce` header.",
    retryable: true,
  },
  dpop_key_mismatch: {
    area: "refresh",
    status: 400,
    title: "The refresh token is bound to another key",
    meaning:
      "The DPoP proof is good, but by another key than the one that the sign-in began with: the token was copied without its key, or the client has lost its own. The session is not harmed.",
    action:
      "Send a proof by the key the session began with; if that is lost, sign in again. If nobody lost a key, somebody holds a copy of the token, which is worth nothing to them.",
    retryable: false,
  },
  refresh_superseded: {
    area: "refresh",
    status: 409,
    title: "Another attempt was first",
    meaning:
      "The request asked to switch the account with a refresh token that has just been replaced, and the token that replaced it is for another account. Nothing was changed, and the session is not harmed.",
    action: "Take the newest refresh token, by a refresh without `account` where there is none at hand, and ask again.",
    retryable: true,
  },
  deadline_passed: {
    area: "refresh",
    status: 503,
    title: "The attempt came too late",
    meaning:
      "The request said until when its client waits (`Refresh-Deadline`), and its turn came after that: it was held up on the way. The token was not judged, and the session is not harmed.",
    action:
      "Try again with the same `Idempotency-Key`. If every attempt is too late, the client's idea of the server's time is wrong: take it from `server_time_ms` anew.",
    retryable: true,
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
} as const satisfies Record<string, ErrorEntry>;
