import { type ErrorCode, errorCatalogue, type ProblemDetails } from "@holdfast/protocol";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { AppError } from "./app-error.ts";
import type { HttpContext } from "./context.ts";

const retryAfterSeconds = 2;

/** Where an error code is explained: a page of the instance itself. */
export function errorPage(issuer: string, code: ErrorCode): string {
  return `${issuer}/errors/${code}`;
}

/**
 * Makes an AppError of whatever was thrown. A database that does not answer is trouble of ours and says nothing about
 * any session; everything unforeseen is `internal_error`.
 */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isDatabaseTrouble(error)) return new AppError("temporarily_unavailable", undefined, { cause: error });
  return new AppError("internal_error", undefined, { cause: error });
}

// Classes of SQLSTATE: connection exception, insufficient resources, operator intervention, serialization and deadlock,
// read-only after a failover (PostgreSQL, Appendix A).
const troubleStates = /^(08|53|57|40|25006)/;
const troubleCodes = new Set(["ECONNREFUSED", "ECONNRESET", "ENOENT", "EPIPE", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN"]);

function isDatabaseTrouble(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return (
    troubleStates.test(code) ||
    troubleCodes.has(code) ||
    /timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error/.test(
      error.message,
    )
  );
}

/** Logs an error once, at the level it deserves. */
export function logError(context: HttpContext, error: AppError): void {
  const logger = context.get("logger")();
  const fields = { code: error.code, status: error.status, err: error.cause ?? undefined };
  // Refused because too many ask: a line for each, with its stack, would cost more than the refusal. It is counted.
  if (error.status === 503 && error.retryAfterSeconds !== undefined) logger.debug(fields, error.detail);
  else if (error.status >= 500) logger.error({ ...fields, err: error.cause ?? error }, error.detail);
  else logger.info(fields, error.detail);
}

/** Says when to come back, where coming back helps. */
export function setRetryAfter(context: HttpContext, error: AppError): void {
  if (!error.retryable) return;
  // Jittered, so that those who were refused together do not come back together.
  const seconds = error.retryAfterSeconds ?? retryAfterSeconds + Math.floor(Math.random() * 3);
  context.header("Retry-After", String(seconds));
}

/** Writes an error as problem details (RFC 9457). */
export function answerProblem(context: HttpContext, issuer: string, error: AppError): Response {
  const body: ProblemDetails = {
    type: errorPage(issuer, error.code),
    title: errorCatalogue[error.code].title,
    status: error.status,
    detail: error.detail,
    code: error.code,
    retryable: error.retryable,
    request_id: context.get("source").requestId,
    ...(error.problems ? { problems: error.problems } : {}),
  };
  setRetryAfter(context, error);
  context.header("Cache-Control", "no-store");
  return context.body(JSON.stringify(body), error.status as ContentfulStatusCode, {
    "Content-Type": "application/problem+json",
  });
}
