import * as oidc from "openid-client";
import { AppError } from "../http/app-error.ts";
import { BoundExceededError } from "../http/bounded-fetch.ts";

interface Coded {
  readonly code?: unknown;
  readonly cause?: unknown;
}

/** Names the cause of a failed exchange with a provider. What the provider itself said goes into the log, not to the person. */
export function toUpstreamError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof oidc.AuthorizationResponseError) return fromAuthorizationError(error);
  if (error instanceof oidc.ResponseBodyError) return fromTokenError(error);
  if (error instanceof oidc.WWWAuthenticateChallengeError) return fromChallenge(error);
  if (error instanceof oidc.ClientError) return fromClientError(error);
  return new AppError("provider_unavailable", undefined, { cause: error });
}

/** RFC 6749, section 4.1.2.1. */
function fromAuthorizationError(error: oidc.AuthorizationResponseError): AppError {
  switch (error.error) {
    case "access_denied":
      return new AppError("provider_denied", undefined, { cause: error });
    case "temporarily_unavailable":
    case "server_error":
      return new AppError("provider_unavailable", undefined, { cause: error });
    case "unauthorized_client":
    case "invalid_scope":
    case "unsupported_response_type":
      return new AppError("provider_misconfigured", undefined, { cause: error });
    default:
      return new AppError("provider_error", undefined, { cause: error });
  }
}

/** RFC 6749, section 5.2. */
function fromTokenError(error: oidc.ResponseBodyError): AppError {
  if (error.status >= 500) return new AppError("provider_unavailable", undefined, { cause: error });
  switch (error.error) {
    case "invalid_grant":
      return new AppError("provider_code_rejected", undefined, { cause: error });
    case "invalid_client":
    case "unauthorized_client":
      return new AppError("provider_misconfigured", undefined, { cause: error });
    default:
      return new AppError("provider_error", undefined, { cause: error });
  }
}

/** A refusal with a challenge: at the token endpoint of the client (RFC 6749, section 5.2), elsewhere of the token. */
function fromChallenge(error: oidc.WWWAuthenticateChallengeError): AppError {
  const isOfToken = error.cause.some(({ scheme }) => scheme === "bearer" || scheme === "dpop");
  return new AppError(isOfToken ? "provider_error" : "provider_misconfigured", undefined, { cause: error });
}

function fromClientError(error: oidc.ClientError): AppError {
  // A fetch of our own said it already.
  if (error.cause instanceof AppError) return error.cause;
  if (error.code === "OAUTH_TIMEOUT" || error.code === "OAUTH_ABORT") {
    return new AppError("provider_unavailable", "The provider did not answer in time.", { cause: error });
  }
  if (error.code === "OAUTH_JWT_TIMESTAMP_CHECK_FAILED") {
    return new AppError("provider_clock_skew", undefined, { cause: error });
  }
  const attribute = mismatchedAttribute(error.cause);
  if (attribute === "issuer" || attribute === "iss") {
    return new AppError("provider_issuer_mismatch", undefined, { cause: error });
  }
  if (isAboutToken(error.cause)) {
    return new AppError("provider_token_invalid", undefined, { cause: error });
  }
  if (error.code === "OAUTH_RESPONSE_IS_NOT_CONFORM" && responseStatus(error.cause) >= 500) {
    return new AppError("provider_unavailable", undefined, { cause: error });
  }
  if (isNetworkError(error.cause)) return new AppError("provider_unavailable", undefined, { cause: error });
  return new AppError("provider_response_invalid", undefined, { cause: error });
}

/** Whether the library stumbled over the claims, the header or the signature of a JWT, as it then shows in the cause. */
function isAboutToken(cause: unknown): boolean {
  const detail = cause instanceof Error ? cause.cause : undefined;
  if (typeof detail !== "object" || detail === null) return false;
  return ["claims", "header", "alg", "signature"].some((name) => name in detail);
}

/** The claim, attribute or parameter that was not what it should be, as the library tells it in the cause. */
function mismatchedAttribute(cause: unknown): string | null {
  if (!(cause instanceof Error)) return null;
  const detail = cause.cause as { claim?: unknown; attribute?: unknown } | undefined;
  if (typeof detail?.claim === "string") return detail.claim;
  if (typeof detail?.attribute === "string") return detail.attribute;
  // RFC 9207: the library reports the `iss` parameter of the response in words only.
  return /"iss"/.test(cause.message) ? "iss" : null;
}

function responseStatus(cause: unknown): number {
  return cause instanceof Response ? cause.status : 0;
}

function isNetworkError(cause: unknown): boolean {
  if (cause instanceof BoundExceededError) return false;
  if (cause instanceof TypeError && cause.message === "fetch failed") return true;
  const code = (cause as Coded | undefined)?.code;
  return typeof code === "string" && /^E[A-Z]+$|^UND_/.test(code);
}
