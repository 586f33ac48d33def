import type { Events } from "../events/index.ts";
import type { AppError } from "../http/app-error.ts";
import type { HttpContext } from "../http/context.ts";
import { logError, toAppError } from "../http/error-answer.ts";
import type { Database } from "../storage/database.ts";
import type { SigninRequest } from "./signin-request.ts";

export interface FailuresDeps {
  readonly database: Database;
  readonly events: Events;
  /** Told of every failed sign-in: where, and the stable code. */
  readonly onFailure: (provider: string | null, code: string) => void;
}

/** How a sign-in fails: with an event, and back at the app with a stable code where the app wants to hear of it. */
export interface Failures {
  /** Runs a step of a sign-in whose client is known, and answers for it when it throws. */
  guard(
    context: HttpContext,
    signin: { readonly request: SigninRequest; readonly provider: string | null },
    step: () => Promise<Response>,
  ): Promise<Response>;
}

export function createFailures({ database, events, onFailure }: FailuresDeps): Failures {
  return {
    async guard(context, { request, provider }, step) {
      try {
        return await step();
      } catch (thrown) {
        const error = toAppError(thrown);
        context.set("clientId", request.client.id);
        const { requestId } = context.get("source");
        onFailure(provider, error.code);
        const data = { provider, code: error.code, cause: describeCause(error.cause) };
        await events.append(database.queries, { type: "signin.failed", clientId: request.client.id, requestId, data });
        const address = failedAddress(request, error, requestId);
        if (address === null) throw error;
        logError(context, error);
        return context.redirect(address, 303);
      }
    },
  };
}

/** Where the client wants to hear of failures; null when it left them to us. */
function failedAddress({ client, clientState }: SigninRequest, error: AppError, requestId: string): string | null {
  if (client.signinFailed === null) return null;
  const address = new URL(client.signinFailed);
  address.searchParams.set("error", error.code);
  address.searchParams.set("error_description", error.detail);
  address.searchParams.set("request_id", requestId);
  if (clientState !== null) address.searchParams.set("state", clientState);
  return address.href;
}

/** What the provider or its library said, in a line. */
function describeCause(cause: unknown): string | null {
  if (!(cause instanceof Error)) return null;
  const own = "error" in cause && typeof cause.error === "string" ? cause.error : null;
  const description =
    "error_description" in cause && typeof cause.error_description === "string" ? cause.error_description : null;
  const inner = cause.cause instanceof Error ? cause.cause.message : null;
  const line = [own, description ?? cause.message, inner].filter(Boolean).join(": ");
  // The provider's words may hold anything; PostgreSQL takes neither a NUL nor half a character.
  return line
    .replaceAll(/\p{Cc}+/gu, " ")
    .slice(0, 500)
    .toWellFormed();
}
