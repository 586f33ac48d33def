import { AuthError } from "../auth-error.ts";
import type { Clock, Moment } from "../clock.ts";
import type { Milliseconds } from "../env.ts";
import { isEndpointUrl } from "./endpoint-url.ts";
import { exchange, type HttpAnswer, hostOf } from "./http-exchange.ts";
import { malformed, weather } from "./oauth-answer.ts";
import type { ServiceEnv } from "./service-env.ts";

/** Where an authorization server is asked, and how a client may prove itself there. */
export interface Endpoints {
  /** Null where only the endpoints were given. */
  readonly issuer: string | null;
  readonly tokenEndpoint: string;
  readonly deviceAuthorizationEndpoint: string | null;
  readonly revocationEndpoint: string | null;
  /** Empty where nothing is said. */
  readonly authMethods: readonly string[];
}

/** Answers with the endpoints; callers share one request. */
export type ReadEndpoints = (signal?: AbortSignal) => Promise<Endpoints>;

export interface DiscoveryDeps {
  readonly issuer: string;
  readonly env: ServiceEnv;
  readonly clock: Clock;
  readonly timeoutMs: Milliseconds;
}

const freshMs = 3_600_000;
/** How long a known document is used on after a failed look, so that no token waits for dead metadata again and again. */
const retryMs = 60_000;

/**
 * Finds the issuer's endpoints (RFC 8414, or else OpenID Connect Discovery): kept for an hour, and beyond while the issuer
 * does not answer.
 *
 * @throws (from what it makes) AuthError `config_error` for another issuer's document; transient ones
 */
export function discoverEndpoints(deps: DiscoveryDeps): ReadEndpoints {
  const { issuer, clock } = deps;
  let known: { readonly endpoints: Endpoints; readonly since: Moment; readonly forMs: Milliseconds } | null = null;
  let inFlight: Promise<Endpoints> | null = null;

  async function load(signal: AbortSignal | undefined): Promise<Endpoints> {
    try {
      const { json, receivedAt } = await fetchMetadata(deps, signal);
      known = { endpoints: parseMetadata(json ?? {}, issuer), since: receivedAt, forMs: freshMs };
    } catch (error) {
      if (known === null) throw error;
      known = { ...known, since: clock.now(), forMs: retryMs };
    }
    return known.endpoints;
  }

  return async (signal) => {
    if (known !== null && clock.elapsed(known.since) < known.forMs) return known.endpoints;
    inFlight ??= load(signal).finally(() => {
      inFlight = null;
    });
    return inFlight;
  };
}

async function fetchMetadata(deps: DiscoveryDeps, signal: AbortSignal | undefined): Promise<HttpAnswer> {
  const { issuer, timeoutMs } = deps;
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, "");
  // Inserted between host and path (RFC 8414, section 3.1), while OpenID Connect Discovery, section 4, appends.
  const oauth = `${origin}/.well-known/oauth-authorization-server${path}`;
  const first = await exchange(deps, oauth, { timeoutMs, signal });
  if (first.status === 200 && first.json !== null) return first;
  const second = await exchange(deps, `${origin}${path}/.well-known/openid-configuration`, { timeoutMs, signal });
  if (second.status === 200 && second.json !== null) return second;
  if (second.status === 429 || second.status >= 500) throw weather(second);
  if (first.status === 429 || first.status >= 500) throw weather(first);
  if (first.status !== 404 || second.status !== 404) throw malformed(second.status);
  throw configError(`${hostOf(issuer)} publishes no metadata; is the issuer right?`);
}

function parseMetadata(metadata: Readonly<Record<string, unknown>>, issuer: string): Endpoints {
  // Whoever answers for another issuer must not be sent our secret (RFC 8414, section 3.3).
  if (metadata.issuer === undefined) throw malformed(200);
  if (metadata.issuer !== issuer) throw configError(`The metadata of ${issuer} is another issuer's.`);
  const tokenEndpoint = endpointOf(metadata, "token_endpoint");
  if (tokenEndpoint === null) throw configError(`The metadata of ${issuer} names no token_endpoint.`);
  const methods = metadata.token_endpoint_auth_methods_supported;
  return {
    issuer,
    tokenEndpoint,
    deviceAuthorizationEndpoint: endpointOf(metadata, "device_authorization_endpoint"),
    revocationEndpoint: endpointOf(metadata, "revocation_endpoint"),
    authMethods: Array.isArray(methods) ? methods.filter((method) => typeof method === "string") : [],
  };
}

function endpointOf(metadata: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = metadata[name];
  if (value === undefined) return null;
  if (isEndpointUrl(value)) return value;
  throw configError(`${name} in the issuer's metadata is not an https address.`);
}

function configError(message: string): AuthError {
  return new AuthError("config_error", message, { kind: "developer" });
}
