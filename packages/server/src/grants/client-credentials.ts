import type { ClientCredentials } from "../clients/index.ts";
import { AppError } from "../http/app-error.ts";
import { parseBasicCredentials } from "../http/basic-credentials.ts";
import type { HttpContext } from "../http/context.ts";
import type { Parameters } from "../http/parameters.ts";

/** Reads one parameter. Without a value it counts as left out (RFC 6749, section 3.2). */
export function readParameter(body: Parameters, name: string): string | null {
  return body.get(name) || null;
}

/**
 * Reads who the client says it is: from the Authorization header (`Basic`, each half form-encoded) or from the body, but
 * not from both (RFC 6749, section 2.3.1).
 *
 * @throws AppError `invalid_request`
 */
export function readClientCredentials(context: HttpContext, body: Parameters): ClientCredentials {
  const inBody = {
    clientId: readParameter(body, "client_id"),
    clientSecret: readParameter(body, "client_secret"),
  };
  const header = context.req.header("authorization");
  if (header === undefined) return inBody;
  const basic = parseBasicCredentials(header);
  if (!basic) throw new AppError("invalid_request", "The Authorization header is not Basic client authentication.");
  if (inBody.clientSecret !== null || (inBody.clientId !== null && inBody.clientId !== basic.id)) {
    throw new AppError("invalid_request", "The client is named twice: in the Authorization header and in the body.");
  }
  // An empty secret is none (RFC 6749, section 2.3.1): public clients send it, whose library knows only this form.
  return { clientId: basic.id, clientSecret: basic.secret || null };
}
