import type { Client, ClientCredentials, Clients } from "../clients/index.ts";
import { AppError } from "../http/app-error.ts";
import type { HttpContext } from "../http/context.ts";
import type { RateLimits } from "../http/rate-limit.ts";

/**
 * The client that asks, once it has proved who it is. A public one has nothing to prove.
 *
 * @throws AppError `client_unknown`, `client_authentication_failed`, `rate_limited`
 */
export type ClientGuard = (context: HttpContext, credentials: ClientCredentials) => Promise<Client>;

export interface ClientGuardDeps {
  readonly clients: Clients;
  readonly limits: RateLimits;
}

export function createClientGuard({ clients, limits }: ClientGuardDeps): ClientGuard {
  return (context, { clientId, clientSecret }) =>
    limits.clientFailure.takeIfRefused(limits.callerOf(context, clientId ?? "nobody"), async () => {
      const client = clients.choose(clientId);
      if (!clients.isAuthentic(client, clientSecret)) throw new AppError("client_authentication_failed");
      return client;
    });
}
