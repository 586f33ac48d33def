import type { ClientCredentials } from "../clients/index.ts";
import { AppError } from "../http/app-error.ts";
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
  const inHeader = parseBasic(header);
  if (!inHeader) throw new AppError("invalid_request", "The Authorization header is not Basic client authentication.");
  if (inBody.clientSecret !== null || (inBody.clientId !== null && inBody.clientId !== inHeader.clientId)) {
    throw new AppError("invalid_request", "The client is named twice: in the Authorization header and in the body.");
  }
  return inHeader;
}

function parseBasic(header: string): ClientCredentials | null {
  const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(header)?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 1) return null;
  // An empty secret is none (RFC 6749, section 2.3.1): public clients send it, whose library knows only this form.
  return { clientId: decodeForm(text.slice(0, colon)), clientSecret: decodeForm(text.slice(colon + 1)) || null };
}

/** `application/x-www-form-urlencoded` of one value. */
function decodeForm(value: string): string {
  return new URLSearchParams(`v=${value.replaceAll("&", "%26")}`).get("v") ?? "";
}
