import type { Endpoints } from "./endpoints.ts";

/** How a client proves itself at the token endpoint (RFC 6749, section 2.3; RFC 7523, section 2.2). */
export interface ClientCredentials {
  readonly clientId: string;
  /** A function is asked anew for each request: for secrets that rotate. */
  readonly clientSecret?: Supplied<[], string> | undefined;
  /** Signs a JWT for this audience, or reads one that the platform provides. Instead of a secret. */
  readonly clientAssertion?: ((audience: AssertionAudience) => string | Promise<string>) | undefined;
  /** Default: what the metadata offers, `client_secret_basic` first. */
  readonly authMethod?: ClientSecretMethod | undefined;
}

export type ClientSecretMethod = "client_secret_basic" | "client_secret_post";

export type Supplied<Arguments extends unknown[], Value> = Value | ((...args: Arguments) => Value | Promise<Value>);

export interface AssertionAudience {
  /** What `aud` should be, where it is known. */
  readonly issuer: string | null;
  /** What servers that know no better expect in `aud`. */
  readonly tokenEndpoint: string;
}

/** What proves the client in one request. */
export interface ClientProof {
  readonly headers: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
  /** What must not show in any text. */
  readonly secrets: readonly string[];
}

const jwtBearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

export async function proveClient(credentials: ClientCredentials, endpoints: Endpoints): Promise<ClientProof> {
  const { clientId, clientSecret, clientAssertion } = credentials;
  if (clientAssertion !== undefined) {
    const { issuer, tokenEndpoint } = endpoints;
    const assertion = await clientAssertion({ issuer, tokenEndpoint });
    const parameters = { client_id: clientId, client_assertion_type: jwtBearer, client_assertion: assertion };
    return { headers: {}, parameters, secrets: [assertion] };
  }
  if (clientSecret === undefined) return { headers: {}, parameters: { client_id: clientId }, secrets: [] };
  const secret = typeof clientSecret === "function" ? await clientSecret() : clientSecret;
  if (methodOf(credentials, endpoints) === "client_secret_post") {
    return { headers: {}, parameters: { client_id: clientId, client_secret: secret }, secrets: [secret] };
  }
  const basic = base64(`${formEncode(clientId)}:${formEncode(secret)}`);
  return { headers: { authorization: `Basic ${basic}` }, parameters: {}, secrets: [secret, formEncode(secret), basic] };
}

function methodOf({ authMethod }: ClientCredentials, { authMethods }: Endpoints): ClientSecretMethod {
  if (authMethod !== undefined) return authMethod;
  // Without a word on it Basic is meant (RFC 8414, section 2).
  const isPostOnly = authMethods.includes("client_secret_post") && !authMethods.includes("client_secret_basic");
  return isPostOnly ? "client_secret_post" : "client_secret_basic";
}

/** Each half is form-encoded first (RFC 6749, section 2.3.1): a colon or an umlaut arrives whole. */
function formEncode(value: string): string {
  return new URLSearchParams({ v: value }).toString().slice(2);
}

/** Of ASCII, which form-encoding has made of it. */
function base64(text: string): string {
  return btoa(text);
}
