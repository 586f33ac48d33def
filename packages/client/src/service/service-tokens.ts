import { AuthError } from "../auth-error.ts";
import { type Clock, createClock } from "../clock.ts";
import type { Milliseconds } from "../env.ts";
import { purposeParameters } from "./client-parameters.ts";
import { isEndpointUrl, isIssuerUrl } from "./endpoint-url.ts";
import { discoverEndpoints, type ReadEndpoints } from "./endpoints.ts";
import { createNamedListeners } from "./named-listeners.ts";
import { isGrant, readTokenAnswer } from "./oauth-answer.ts";
import { type ClientOptions, checkClientOptions, createOptionChecks, isDuration } from "./option-checks.ts";
import { runtimeEnv, type ServiceEnv } from "./service-env.ts";
import { createServiceFetch, type ServiceFetch } from "./service-fetch.ts";
import { createAskAsClient } from "./token-endpoint.ts";
import { createTokenKeeper, type HeldToken, type TokenWish } from "./token-keeper.ts";

export interface ServiceTokensOptions extends ClientOptions {
  /** The authorization server: its endpoints are found by its metadata. Or else `tokenEndpoint`. */
  readonly issuer?: string;
  /** Where tokens are asked for, of a server that publishes no metadata. */
  readonly tokenEndpoint?: string;
  /** Milliseconds that `getToken` waits at most while the server is in trouble. Default: 30,000. */
  readonly maxWaitMs?: Milliseconds;
}

export interface ServiceTokenEvents {
  /** The server granted a token. */
  readonly token: { readonly expiresInMs: Milliseconds };
  /** An attempt failed; also one that nobody waited for. */
  readonly trouble: AuthError;
}

/** Access tokens of a service that acts for itself, and for no person. */
export interface ServiceTokens {
  /**
   * An access token that an API will take: the one in hand, or a new one.
   *
   * @throws AuthError by `onTrouble`, `maxWaitMs` and `signal`; at once where waiting would not help (`invalid_client`,
   *   `config_error`)
   */
  getToken(wish?: TokenWish): Promise<string>;
  /** `fetch` with the access token; after a 401 once more with a new one, where the request can be sent again. */
  readonly fetch: ServiceFetch;
  on<Name extends keyof ServiceTokenEvents>(
    name: Name,
    listener: (event: ServiceTokenEvents[Name]) => void,
  ): () => void;
  /** Whoever still waits hears `disposed`. The token is forgotten here, and good until it runs out. */
  dispose(): void;
}

/**
 * Service tokens by client credentials (RFC 6749, section 4.4): one request for all who ask at once, the next token fetched
 * at 75 % of the lifetime while the one in hand is still given out, and trouble never takes away a token that is good.
 *
 * @example
 * const tokens = createServiceTokens({
 *   issuer: "https://id.example.com",
 *   clientId: "reports",
 *   clientSecret: process.env.REPORTS_SECRET,
 *   scope: "orders:read",
 * });
 * const response = await tokens.fetch("https://api.example.com/orders");
 *
 * @throws AuthError `config_error`, naming every option that is wrong
 */
export function createServiceTokens(options: ServiceTokensOptions): ServiceTokens {
  assertServiceOptions(options);
  const { env = runtimeEnv(), requestTimeoutMs: timeoutMs = 10_000, maxWaitMs = 30_000 } = options;
  const listeners = createNamedListeners<ServiceTokenEvents>();
  const clock = createClock(env);
  const endpoints = readEndpointsOf(options, { env, clock, timeoutMs });
  const ask = createAskAsClient({ env, clock, endpoints, credentials: options, timeoutMs });

  async function obtain(_unwanted: string | null, signal: AbortSignal): Promise<HeldToken> {
    const parameters = [["grant_type", "client_credentials"] as const, ...purposeParameters(options)];
    const asked = await ask("tokenEndpoint", { parameters, signal });
    const read = readTokenAnswer(asked.answer, asked.secrets);
    if (!isGrant(read)) throw read.trouble.kind === "developer" ? read.trouble : unexpected(read.trouble);
    listeners.tell("token", { expiresInMs: read.lifetimeMs });
    return { value: read.accessToken, since: asked.answer.sentAt, lifetimeMs: read.lifetimeMs };
  }

  const onTrouble = (trouble: AuthError) => listeners.tell("trouble", trouble);
  const keeper = createTokenKeeper({ env, clock, obtain, onTrouble, maxWaitMs });

  async function getToken(wish?: TokenWish): Promise<string> {
    // Null stands for a session that ended, and here is none.
    return (await keeper.getToken(wish)) as string;
  }

  return {
    getToken,
    fetch: createServiceFetch({ env, clock, getToken }),
    on: listeners.on,
    dispose() {
      keeper.close();
      keeper.hold(null);
    },
  };
}

function readEndpointsOf(
  { issuer, tokenEndpoint }: ServiceTokensOptions,
  deps: { readonly env: ServiceEnv; readonly clock: Clock; readonly timeoutMs: Milliseconds },
): ReadEndpoints {
  if (issuer !== undefined) return discoverEndpoints({ issuer, ...deps });
  const endpoints = {
    issuer: null,
    tokenEndpoint: tokenEndpoint as string,
    deviceAuthorizationEndpoint: null,
    revocationEndpoint: null,
    authMethods: [],
  };
  return async () => endpoints;
}

/** A refusal that client credentials never deserve (`invalid_grant`, say): for whoever runs the service. */
function unexpected({ message, status, requestId }: AuthError): AuthError {
  return new AuthError("config_error", message, { kind: "developer", status, requestId });
}

function assertServiceOptions(options: ServiceTokensOptions): void {
  const { issuer, tokenEndpoint, clientSecret, clientAssertion, maxWaitMs = 1 } = options;
  const checks = createOptionChecks("createServiceTokens");
  const isOne = (issuer === undefined) !== (tokenEndpoint === undefined);
  checks.check(isOne, "either issuer or tokenEndpoint must be given");
  checks.check(
    issuer === undefined || isIssuerUrl(issuer),
    "issuer must be an https address without query and fragment",
  );
  checks.check(tokenEndpoint === undefined || isEndpointUrl(tokenEndpoint), "tokenEndpoint must be an https address");
  checkClientOptions(checks, options);
  checks.check(
    clientSecret !== undefined || clientAssertion !== undefined,
    "clientSecret or clientAssertion must be given, since only confidential clients have tokens of their own",
  );
  checks.check(isDuration(maxWaitMs), "maxWaitMs must be a number of milliseconds above 0");
  checks.assertNone();
}
