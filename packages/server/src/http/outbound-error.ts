/** Why a request of ours got no answer. */
export type OutboundFailure =
  | "url_invalid"
  | "host_unknown"
  | "address_blocked"
  | "timed_out"
  | "tls_failed"
  | "connection_failed";

/** A request of ours that got no answer. The message is safe to show to whoever chose the address. */
export class OutboundError extends Error {
  override readonly name = "OutboundError";
  readonly failure: OutboundFailure;

  constructor(failure: OutboundFailure, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.failure = failure;
  }
}

/** What the resolver, the socket or TLS threw, in our words. */
export function toOutboundError(error: unknown, isTimeout: boolean): OutboundError {
  if (error instanceof OutboundError) return error;
  if (isTimeout) return new OutboundError("timed_out", "no answer in time", error);
  const code = codeOf(error);
  if (/^(ENOTFOUND|EAI_)/.test(code))
    return new OutboundError("host_unknown", `the name is not known (${code})`, error);
  if (isTlsCode(code)) return new OutboundError("tls_failed", `TLS failed (${code})`, error);
  return new OutboundError("connection_failed", `the connection failed (${code || "closed"})`, error);
}

function isTlsCode(code: string): boolean {
  return /^(ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|EPROTO)/.test(code);
}

/** Several addresses that were tried in turn fail with one error that holds theirs. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors.at(-1));
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
