import { type ErrorCode, errorCatalogue, type ProblemDetails } from "@holdfast/protocol";
import type { TokenScheme } from "./authorization.ts";
import { formatChallenge } from "./challenge.ts";

/** The codes of the error catalogue that a resource server meets: those of its area `token`. */
export type TokenErrorCode = {
  [Code in ErrorCode]: (typeof errorCatalogue)[Code]["area"] extends "token" ? Code : never;
}[ErrorCode];

/** What a refusal needs to know beside its code. */
export interface TokenErrorOptions {
  /** Whose documentation explains the code: its `/errors/<code>` page is `error_uri`. */
  readonly issuer: string;
  /** The protected service, named in a challenge that carries no error. */
  readonly realm: string;
  /** The scope that the request needs, space-separated. */
  readonly scope?: string | undefined;
  /** How the token came, or is to come. Default: `Bearer`. */
  readonly scheme?: TokenScheme | undefined;
  /** Sent as `Retry-After`, in seconds. */
  readonly retryAfterSeconds?: number | undefined;
  /** The client that the token was issued to, where that is certain. Never sent. */
  readonly clientId?: string | undefined;
  /** What really happened. Never sent. */
  readonly cause?: unknown;
}

/** Makes a `TokenError` for one verifier's issuer and audience. */
export type Refuse = (
  code: TokenErrorCode,
  detail?: string,
  extra?: Omit<TokenErrorOptions, "issuer" | "realm">,
) => TokenError;

let optionsOf: (error: TokenError) => TokenErrorOptions;

/** The same refusal, of a token that came in another scheme: its challenge is for that. */
export function inScheme(scheme: TokenScheme, error: TokenError): TokenError {
  return new TokenError(error.code, error.message, { ...optionsOf(error), scheme });
}

/**
 * Why a request was refused: a stable code, and the whole HTTP answer ready to send. 401 is about the token, 403 about
 * its scope; 503 (`keys_unavailable`, `feed_lost`) is about us and says nothing about the token.
 *
 * @example
 * ```ts
 * try {
 *   await verifier.authenticate(request);
 * } catch (error) {
 *   if (error instanceof TokenError) return error.toResponse();
 *   throw error;
 * }
 * ```
 */
export class TokenError extends Error {
  readonly code: TokenErrorCode;
  readonly status: number;
  /** Whether the same request can succeed later without anyone doing anything. */
  readonly retryable: boolean;
  /** Sent in the body and told to `onEvent`, so that a caller's report leads to the line in the log. */
  readonly requestId: string;
  /** The client that the token was issued to; undefined unless its signature was good. Never sent. */
  readonly clientId: string | undefined;
  /** Seconds for `Retry-After`; undefined unless it is a 503. */
  readonly retryAfterSeconds: number | undefined;
  readonly #options: TokenErrorOptions;

  static {
    optionsOf = (error) => error.#options;
  }

  constructor(code: TokenErrorCode, detail: string | undefined, options: TokenErrorOptions) {
    const entry = errorCatalogue[code];
    const restoreStacks = withoutStacks();
    super(detail ?? entry.meaning, options.cause === undefined ? undefined : { cause: options.cause });
    restoreStacks();
    this.name = "TokenError";
    this.code = code;
    this.status = entry.status;
    this.retryable = entry.retryable;
    this.requestId = crypto.randomUUID();
    this.clientId = options.clientId;
    this.#options = options;
    this.retryAfterSeconds = this.status === 503 ? (options.retryAfterSeconds ?? 5) : undefined;
  }

  /** A page that explains the code and what to do. */
  get errorUri(): string {
    return `${this.#options.issuer.replace(/\/$/, "")}/errors/${this.code}`;
  }

  /** The `WWW-Authenticate` header (RFC 6750, section 3; RFC 9449, section 7.1); undefined for a 503. */
  get wwwAuthenticate(): string | undefined {
    if (this.status === 503) return undefined;
    const { realm, scope, scheme } = this.#options;
    const base = scope ? { realm, scope, scheme } : { realm, scheme };
    if (this.code === "token_missing") return formatChallenge(base);
    const code = oauthErrors[this.code] ?? "invalid_token";
    return formatChallenge({ ...base, error: { code, description: this.message, uri: this.errorUri } });
  }

  /** The answer's headers, names in lower case. */
  get headers(): Record<string, string> {
    const headers: Record<string, string> = { "content-type": "application/problem+json", "cache-control": "no-store" };
    if (this.wwwAuthenticate !== undefined) headers["www-authenticate"] = this.wwwAuthenticate;
    if (this.retryAfterSeconds !== undefined) headers["retry-after"] = String(this.retryAfterSeconds);
    return headers;
  }

  /** The answer's body (RFC 9457). */
  toProblem(): ProblemDetails {
    return {
      type: this.errorUri,
      title: errorCatalogue[this.code].title,
      status: this.status,
      detail: this.message,
      code: this.code,
      retryable: this.retryable,
      request_id: this.requestId,
    };
  }

  /** The whole answer, for web-standard handlers. */
  toResponse(): Response {
    return new Response(JSON.stringify(this.toProblem()), { status: this.status, headers: this.headers });
  }
}

/** What OAuth calls them (RFC 6750, section 3.1; RFC 9449, section 7.1); all others are `invalid_token`. */
const oauthErrors: Partial<Record<TokenErrorCode, "insufficient_scope" | "invalid_dpop_proof">> = {
  insufficient_scope: "insufficient_scope",
  token_proof_invalid: "invalid_dpop_proof",
};

const engine: { readonly stackTraceLimit?: number } = Error;

/**
 * Keeps the next error from looking where it is made, which takes ten times as long as all the rest of it: whoever sends
 * tokens that are refused would be served at a tenth of the speed, and the code says more than any place in here could.
 * What lies behind a 503 is its cause, which has its own stack.
 *
 * @returns ends it
 */
function withoutStacks(): () => void {
  const limit = engine.stackTraceLimit;
  // Only V8 has it; and where the globals are frozen it stays as it is.
  if (limit === undefined || !Reflect.set(engine, "stackTraceLimit", 0)) return () => undefined;
  return () => void Reflect.set(engine, "stackTraceLimit", limit);
}
