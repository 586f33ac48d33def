import type { Clock } from "../clock.ts";
import type { Milliseconds } from "../env.ts";
import { isEndpointUrl, isIssuerUrl } from "./endpoint-url.ts";
import { discoverEndpoints, type ReadEndpoints } from "./endpoints.ts";
import { type ClientOptions, checkClientOptions, createOptionChecks, isFunction } from "./option-checks.ts";
import type { ServiceEnv } from "./service-env.ts";
import type { SessionStorage } from "./session-storage.ts";

export interface DeviceSessionOptions extends ClientOptions {
  /** The authorization server: its endpoints are found by its metadata. Or else `endpoints`. */
  readonly issuer?: string;
  /** The endpoints of a server that publishes no metadata. */
  readonly endpoints?: DeviceEndpoints;
  /** Where the session is kept: `createFileStorage(path)`, or your own. One storage holds one session. */
  readonly storage: SessionStorage;
}

export interface DeviceEndpoints {
  readonly token: string;
  /** Left out where sessions come by `adopt` only. */
  readonly deviceAuthorization?: string;
  /** Where refresh tokens are given back (RFC 7009). Left out: signing out is not told to the server. */
  readonly revocation?: string;
}

/** Whose tokens these are: an issuer has one name, a server without one is its token endpoint. */
export function serverOf({ issuer, endpoints }: DeviceSessionOptions): string {
  return issuer ?? endpoints?.token ?? "";
}

export function readDeviceEndpoints(
  { issuer, endpoints }: DeviceSessionOptions,
  deps: { readonly env: ServiceEnv; readonly clock: Clock; readonly timeoutMs: Milliseconds },
): ReadEndpoints {
  if (issuer !== undefined) return discoverEndpoints({ issuer, ...deps });
  const known = {
    issuer: null,
    tokenEndpoint: endpoints?.token ?? "",
    deviceAuthorizationEndpoint: endpoints?.deviceAuthorization ?? null,
    revocationEndpoint: endpoints?.revocation ?? null,
    authMethods: [],
  };
  return async () => known;
}

/** @throws AuthError `config_error`, naming every option that is wrong */
export function assertDeviceOptions(options: DeviceSessionOptions): void {
  const { issuer, endpoints, storage } = options;
  const checks = createOptionChecks("createDeviceSession");
  checks.check((issuer === undefined) !== (endpoints === undefined), "either issuer or endpoints must be given");
  checks.check(
    issuer === undefined || isIssuerUrl(issuer),
    "issuer must be an https address without query and fragment",
  );
  if (endpoints !== undefined) {
    checks.check(isEndpointUrl(endpoints?.token), "endpoints.token must be an https address");
    for (const name of ["deviceAuthorization", "revocation"] as const) {
      const endpoint: unknown = endpoints?.[name];
      checks.check(endpoint === undefined || isEndpointUrl(endpoint), `endpoints.${name} must be an https address`);
    }
  }
  checkClientOptions(checks, options);
  checks.check(isFunction(storage?.read) && isFunction(storage?.write), "storage must have read and write");
  checks.assertNone();
}
