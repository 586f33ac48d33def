import { AuthError } from "../auth-error.ts";
import type { Clock, Moment } from "../clock.ts";
import { copyOf } from "../repeatable-request.ts";
import type { ServiceEnv } from "./service-env.ts";
import type { TokenWish } from "./token-keeper.ts";

export interface ServiceFetchDeps {
  readonly env: Pick<ServiceEnv, "fetch">;
  readonly clock: Clock;
  readonly getToken: (wish: TokenWish) => Promise<string | null>;
}

export type ServiceFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** Where an API refuses whatever it is shown, this often another token is tried. */
const refusalPauseMs = 30_000;

/**
 * `fetch` with the access token. After a 401 it asks once more with another token, where the request can be sent again; the
 * 401 of a body that was a stream is handed on, with a new token on its way for the next request.
 */
export function createServiceFetch({ env, clock, getToken }: ServiceFetchDeps): ServiceFetch {
  /** The token that was fetched because an API had refused the one before. */
  let replacement: { readonly token: string; readonly since: Moment } | null = null;

  /** A token other than the refused one; null where none is to be had now, and the 401 is the answer. */
  async function replace(refused: string, wish: TokenWish): Promise<string | null> {
    const isRefusedAgain = replacement?.token === refused && clock.elapsed(replacement.since) < refusalPauseMs;
    if (isRefusedAgain) return null;
    const token = await getToken({ ...wish, notToken: refused, onTrouble: "throw" }).catch(() => null);
    if (token === null || token === refused) return null;
    replacement = { token, since: clock.now() };
    return token;
  }

  return async (input, init = {}) => {
    const signal = init.signal ?? (input instanceof Request ? input.signal : undefined);
    const wish = signal ? { signal } : {};
    const token = await getToken(wish);
    if (token === null) throw new AuthError("login_required", "Nobody is signed in.", { kind: "no_session" });
    const again = copyOf(input, init.body);
    const response = await env.fetch(input, authorize(input, init, token));
    if (response.status !== 401) return response;
    const replaced = replace(token, wish);
    if (again === null) return response;
    const another = await replaced;
    if (another === null) return response;
    // Lets the connection go; what the refusal said is of no use to anybody.
    await response.body?.cancel();
    return env.fetch(again, authorize(again, init, another));
  };
}

function authorize(input: string | URL | Request, init: RequestInit, token: string): RequestInit {
  // As `fetch` does: headers of the second argument replace the request's.
  const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined));
  headers.set("authorization", `Bearer ${token}`);
  return { ...init, headers };
}
