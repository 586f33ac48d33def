import type { Clock } from "../clock.ts";
import type { Milliseconds } from "../env.ts";
import { type ClientCredentials, proveClient } from "./client-authentication.ts";
import type { Endpoints, ReadEndpoints } from "./endpoints.ts";
import { exchange, type HttpAnswer } from "./http-exchange.ts";
import type { ServiceEnv } from "./service-env.ts";

export interface TokenEndpointDeps {
  readonly env: ServiceEnv;
  readonly clock: Clock;
  readonly endpoints: ReadEndpoints;
  readonly credentials: ClientCredentials;
  readonly timeoutMs: Milliseconds;
}

export interface TokenRequest {
  readonly parameters: ReadonlyArray<readonly [name: string, value: string]>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** An answer, and what must not show in any text made of it. */
export interface TokenEndpointAnswer {
  readonly answer: HttpAnswer;
  readonly secrets: readonly string[];
}

type AskedEndpoint = keyof Pick<Endpoints, "tokenEndpoint" | "deviceAuthorizationEndpoint" | "revocationEndpoint">;

/** Asks one of the server's endpoints as this client. */
export interface AskAsClient {
  (which: "tokenEndpoint", request: TokenRequest): Promise<TokenEndpointAnswer>;
  /** Null where the server has no such endpoint. */
  (which: AskedEndpoint, request: TokenRequest): Promise<TokenEndpointAnswer | null>;
}

/** Makes what sends a form as this client: found by discovery, proved, and answered, whatever the answer. */
export function createAskAsClient({ endpoints, credentials, timeoutMs, ...deps }: TokenEndpointDeps): AskAsClient {
  async function ask(which: AskedEndpoint, request: TokenRequest): Promise<TokenEndpointAnswer | null> {
    const { parameters, headers, signal } = request;
    const found = await endpoints(signal);
    const url = found[which];
    if (url === null) return null;
    const proof = await proveClient(credentials, found);
    const form = new URLSearchParams(proof.parameters);
    for (const [name, value] of parameters) form.append(name, value);
    const answer = await exchange(deps, url, { form, headers: { ...headers, ...proof.headers }, timeoutMs, signal });
    return { answer, secrets: proof.secrets };
  }
  // The token endpoint is never missing.
  return ask as AskAsClient;
}
