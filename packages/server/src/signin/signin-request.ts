import { allowedReturn, type Client, type Clients } from "../clients/index.ts";
import { isUuid } from "../crypto/uuid.ts";
import { AppError } from "../http/app-error.ts";
import { invalid, type Parameters } from "../http/parameters.ts";

/** What an app asks for when it sends a person to sign in. */
export interface SigninRequest {
  readonly client: Client;
  /** Where the person goes afterwards: an address on one of the client's origins, and with a code `signin.success`. */
  readonly returnTo: string;
  /** The account to sign in for, where the app knows it. */
  readonly accountId: string | null;
  /** Given back verbatim with a one-time code. */
  readonly clientState: string | null;
  /** RFC 7636, section 4.2; always S256. Present exactly when the client keeps its refresh token itself. */
  readonly codeChallenge: string | null;
  /** `login` asks at the provider again, `select_account` asks which account (OpenID Connect Core, section 3.1.2.1). */
  readonly prompt: "login" | "select_account" | null;
}

/**
 * Reads a sign-in request: `client_id`, `return_to`, `account`, `prompt`, and for clients that keep their refresh token
 * `state`, `code_challenge` and `code_challenge_method=S256`.
 *
 * @throws AppError `client_unknown`, `redirect_not_allowed`, `invalid_request`
 */
export function parseSigninRequest(parameters: Parameters, clients: Clients): SigninRequest {
  const client = clients.choose(parameters.get("client_id") ?? null);
  const returnTo = parseReturn(parameters, client);
  const accountId = parameters.get("account") ?? null;
  if (accountId !== null && !isUuid(accountId)) throw invalid("account", "is not an account id");
  return {
    client,
    returnTo,
    accountId,
    clientState: parameters.get("state") ?? null,
    codeChallenge: parseChallenge(parameters, client),
    prompt: parsePrompt(parameters.get("prompt")),
  };
}

/** The request as parameters again, for the next step of the same sign-in. */
export function formatSigninRequest(request: SigninRequest): URLSearchParams {
  const { client, returnTo, accountId, clientState, codeChallenge } = request;
  const parameters = new URLSearchParams({ client_id: client.id, return_to: returnTo });
  if (accountId !== null) parameters.set("account", accountId);
  if (clientState !== null) parameters.set("state", clientState);
  if (codeChallenge !== null) {
    parameters.set("code_challenge", codeChallenge);
    parameters.set("code_challenge_method", "S256");
  }
  return parameters;
}

/**
 * A one-time code goes to the one address that the client has for it. Elsewhere on its origins there may be a page that
 * hands its own address on, an open redirect say, and the code in it to whoever began the sign-in and holds the verifier
 * (RFC 9700, section 4.1.3).
 */
function parseReturn(parameters: Parameters, client: Client): string {
  const asked = parameters.get("return_to") ?? null;
  const returnTo = allowedReturn(client, asked);
  const getsCode = client.refreshToken === "body";
  if (asked !== null && getsCode && returnTo !== new URL(client.signinSuccess).href) {
    throw new AppError("redirect_not_allowed", "A one-time code goes to the client's `signin.success` only.");
  }
  return returnTo;
}

function parseChallenge(parameters: Parameters, client: Client): string | null {
  if (client.refreshToken === "cookie") return null;
  const challenge = parameters.get("code_challenge");
  if (challenge === undefined) throw invalid("code_challenge", "is missing");
  if (!/^[A-Za-z0-9_-]{43}$/.test(challenge)) throw invalid("code_challenge", "is not base64url of a SHA-256 hash");
  if (parameters.get("code_challenge_method") !== "S256") throw invalid("code_challenge_method", "is not S256");
  return challenge;
}

function parsePrompt(prompt: string | undefined): SigninRequest["prompt"] {
  if (prompt === undefined) return null;
  if (prompt === "login" || prompt === "select_account") return prompt;
  throw invalid("prompt", "is neither login nor select_account");
}
