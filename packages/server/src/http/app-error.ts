import { type ErrorCode, errorCatalogue, type ProblemDetails } from "@holdfast/protocol";

interface AppErrorOptions {
  /** What really happened. Logged, never sent. */
  readonly cause?: unknown;
  /** Sent as `Retry-After`, in seconds. */
  readonly retryAfterSeconds?: number;
  /** Each field that was wrong. Sent. */
  readonly problems?: ProblemDetails["problems"];
}

/**
 * The one error type: a stable code, and words that are safe to send. Status, title and whether retrying helps come from
 * the catalogue. Thrown anywhere, written once (`error-answer.ts`).
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | undefined;
  readonly problems: ProblemDetails["problems"];

  constructor(code: ErrorCode, detail?: string, { cause, retryAfterSeconds, problems }: AppErrorOptions = {}) {
    const entry = errorCatalogue[code];
    super(detail ?? entry.meaning, cause === undefined ? undefined : { cause });
    this.name = "AppError";
    this.code = code;
    this.status = entry.status || 500;
    this.retryable = entry.retryable;
    this.retryAfterSeconds = retryAfterSeconds;
    this.problems = problems;
  }

  get title(): string {
    return errorCatalogue[this.code].title;
  }

  /** What happened, in words that are safe to send. */
  get detail(): string {
    return this.message;
  }
}
