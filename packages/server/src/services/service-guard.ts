import { AppError } from "../http/app-error.ts";
import { parseBasicCredentials } from "../http/basic-credentials.ts";
import type { HttpContext } from "../http/context.ts";
import type { RateLimits } from "../http/rate-limit.ts";
import type { Service, ServicePermission, Services } from "./services.ts";

/**
 * The service that asks, by its Basic authentication (RFC 7617; the halves form-encoded as in RFC 6749, section 2.3.1).
 *
 * @throws AppError `service_authentication_failed`, `service_forbidden`, `rate_limited`
 */
export type ServiceGuard = (context: HttpContext, permission: ServicePermission) => Promise<Service>;

export interface ServiceGuardDeps {
  readonly issuer: string;
  readonly services: Services;
  readonly limits: RateLimits;
}

export function createServiceGuard({ issuer, services, limits }: ServiceGuardDeps): ServiceGuard {
  return async (context, permission) => {
    const credentials = parseBasicCredentials(context.req.header("authorization"));
    const service = credentials && services.authenticate(credentials.id, credentials.secret);
    if (!service) {
      // Only who fails is counted: a neighbour who guesses cannot shut out the service itself.
      limits.serviceFailure.take(limits.callerOf(context, credentials?.id ?? "nobody"));
      context.header("WWW-Authenticate", `Basic realm="${issuer}", charset="UTF-8"`);
      throw new AppError("service_authentication_failed");
    }
    if (!service.may.has(permission)) {
      throw new AppError("service_forbidden", `The service "${service.id}" may not ${meaning[permission]}.`);
    }
    return service;
  };
}

const meaning: Readonly<Record<ServicePermission, string>> = {
  follow: "follow the feed",
  introspect: "introspect tokens",
  report: "report what it counted",
  signals: "receive security event tokens",
  revoke: "end sessions",
};
