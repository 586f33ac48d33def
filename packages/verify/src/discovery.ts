import type { FetchJson } from "./fetch-json.ts";
import { HttpStatusError } from "./fetch-json.ts";
import { isTrustworthyUrl } from "./issuer-url.ts";
import type { Clock } from "./timers.ts";

/** What we need of the issuer's metadata. */
export interface IssuerMetadata {
  readonly jwksUri: string;
  /** Undefined when the issuer publishes no feed. */
  readonly feedEndpoint: string | undefined;
  /** Where a token is asked about (RFC 7662); undefined when the issuer does not answer that. */
  readonly introspectionEndpoint: string | undefined;
  /** Where counts of verdicts are reported; undefined when the issuer takes none. */
  readonly usageEndpoint: string | undefined;
}

export interface Discovery {
  /** The metadata: kept for an hour, and beyond while the issuer does not answer. Callers share one request. */
  read(): Promise<IssuerMetadata>;
}

const freshMs = 3_600_000;
/** How long a known document is used on after a failed look, so that no caller waits for a dead issuer again and again. */
const retryMs = 60_000;

/** Finds the issuer's endpoints (RFC 8414, or else OpenID Connect Discovery). */
export function createDiscovery(deps: {
  readonly issuer: string;
  readonly fetchJson: FetchJson;
  readonly clock: Clock;
}): Discovery {
  let current: IssuerMetadata | undefined;
  let freshUntil = 0;
  let inFlight: Promise<IssuerMetadata> | undefined;

  async function load(): Promise<IssuerMetadata> {
    try {
      current = parseMetadata(await fetchMetadata(deps.issuer, deps.fetchJson), deps.issuer);
      freshUntil = deps.clock.now() + freshMs;
      return current;
    } catch (error) {
      if (!current) throw error;
      freshUntil = deps.clock.now() + retryMs;
      return current;
    }
  }

  return {
    async read() {
      if (current && deps.clock.now() < freshUntil) return current;
      inFlight ??= load().finally(() => {
        inFlight = undefined;
      });
      return inFlight;
    },
  };
}

async function fetchMetadata(issuer: string, fetchJson: FetchJson): Promise<unknown> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, "");
  try {
    // Inserted between host and path (RFC 8414, section 3.1) …
    return (await fetchJson(`${origin}/.well-known/oauth-authorization-server${path}`)).json;
  } catch (error) {
    if (!(error instanceof HttpStatusError)) throw error;
    // … while OpenID Connect Discovery, section 4, appends.
    return (await fetchJson(`${origin}${path}/.well-known/openid-configuration`)).json;
  }
}

function parseMetadata(json: unknown, issuer: string): IssuerMetadata {
  const metadata = (json ?? {}) as Record<string, unknown>;
  // Whoever answers for another issuer must not lend us its keys (RFC 8414, section 3.3).
  if (metadata.issuer !== issuer) {
    throw new Error(`The metadata of ${issuer} names the issuer ${JSON.stringify(metadata.issuer)}`);
  }
  return {
    jwksUri: endpoint(metadata, "jwks_uri"),
    feedEndpoint: optionalEndpoint(metadata, "holdfast_feed_endpoint"),
    introspectionEndpoint: optionalEndpoint(metadata, "introspection_endpoint"),
    usageEndpoint: optionalEndpoint(metadata, "holdfast_usage_endpoint"),
  };
}

function optionalEndpoint(metadata: Readonly<Record<string, unknown>>, name: string): string | undefined {
  return metadata[name] === undefined ? undefined : endpoint(metadata, name);
}

function endpoint(metadata: Readonly<Record<string, unknown>>, name: string): string {
  const value = metadata[name];
  if (typeof value === "string" && isTrustworthyUrl(value)) return value;
  throw new Error(`${name} in the issuer's metadata is not an https address: ${JSON.stringify(value)}`);
}
