import { httpErrors } from "./errors/http.ts";
import { operationsErrors } from "./errors/operations.ts";
import { refreshErrors } from "./errors/refresh.ts";
import { signinErrors } from "./errors/signin.ts";
import { tokenErrors } from "./errors/token.ts";

export type { ErrorArea, ErrorEntry } from "./errors/entry.ts";

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
  ...signinErrors,
  ...refreshErrors,
  ...tokenErrors,
  ...httpErrors,
  ...operationsErrors,
} as const;

/** A stable error code. Codes are never renamed; a new situation gets a new code. */
export type ErrorCode = keyof typeof errorCatalogue;
