import type { Milliseconds } from "../../env.ts";

/** The refusals that the reference server knows, as the engine's catalogue has them. */
const refusals = {
  refresh_token_malformed: { status: 400, error: "invalid_grant", retryable: false },
  session_unknown: { status: 400, error: "invalid_grant", retryable: false },
  session_revoked: { status: 400, error: "invalid_grant", retryable: false },
  session_expired: { status: 400, error: "invalid_grant", retryable: false },
  signed_out: { status: 400, error: "invalid_grant", retryable: false },
  reuse_detected: { status: 400, error: "invalid_grant", retryable: false },
  user_disabled: { status: 400, error: "invalid_grant", retryable: false },
  account_closed: { status: 400, error: "invalid_grant", retryable: false },
  account_forbidden: { status: 400, error: "invalid_grant", retryable: false },
  client_mismatch: { status: 400, error: "invalid_grant", retryable: false },
  signin_code_invalid: { status: 400, error: "invalid_grant", retryable: false },
  login_required: { status: 401, error: "login_required", retryable: false },
  client_unknown: { status: 401, error: "invalid_client", retryable: false },
  dpop_key_mismatch: { status: 400, error: "invalid_dpop_proof", retryable: false },
  deadline_passed: { status: 503, error: "temporarily_unavailable", retryable: true },
  not_found: { status: 404, error: "invalid_request", retryable: false },
} as const;

export type RefusalCode = keyof typeof refusals;

export const isRefusalCode = (code: string): code is RefusalCode => code in refusals;

export const noStore = { "cache-control": "no-store" } as const;

/** A refusal of an OAuth endpoint, as the engine writes it. */
export function refuse(code: RefusalCode, now: Milliseconds, setCookie: readonly string[] = []): Response {
  const { status, error, retryable } = refusals[code];
  const body = {
    error,
    error_description: code,
    error_uri: `https://login.example.com/errors/${code}`,
    reason: code,
    retryable,
    request_id: "reference",
    server_time_ms: now,
  };
  const headers = new Headers({ ...noStore, ...(status === 503 ? { "retry-after": "1" } : {}) });
  for (const line of setCookie) headers.append("set-cookie", line);
  return Response.json(body, { status, headers });
}
