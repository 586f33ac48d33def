import type { AccessToken } from "./access-token.ts";
import type { Credential } from "./credential.ts";
import type { ClientEnv } from "./env.ts";
import { copyOf } from "./repeatable-request.ts";

type Bearer = Pick<AccessToken, "value" | "type">;

export interface AuthorizedFetchDeps {
  readonly env: Pick<ClientEnv, "fetch" | "navigation">;
  /** A token, or another than the one that was refused; null for none. */
  readonly getToken: (wish: { signal?: AbortSignal | undefined; notToken?: string }) => Promise<Bearer | null>;
  /** For tokens that are bound to a key. */
  readonly prove?: Credential["prove"] | null;
  /** Takes in what an API's answer says of proofs. */
  readonly learn?: (headers: Headers) => unknown;
}

/** `fetch` with the access token, and once more with another one after a 401, where the request can be sent again. */
export function createAuthorizedFetch({ env, getToken, prove, learn }: AuthorizedFetchDeps): ClientEnv["fetch"] {
  return async (input, init = {}) => {
    const given = input instanceof Request ? input : undefined;
    const signal = init.signal ?? given?.signal;

    async function send(token: Bearer | null, target: string | URL | Request): Promise<Response> {
      // As `fetch` does: headers of the second argument replace the request's.
      const headers = new Headers(init.headers ?? given?.headers);
      if (token) headers.set("Authorization", `${token.type} ${token.value}`);
      if (token?.type === "DPoP") {
        const url = given?.url ?? new URL(input as string, env.navigation?.href()).href;
        const proof = await prove?.(init.method ?? given?.method ?? "GET", url, token.value);
        for (const name in proof) headers.set(name, proof[name] ?? "");
      }
      const response = await env.fetch(target, { ...init, headers });
      learn?.(response.headers);
      return response;
    }

    const token = await getToken({ signal });
    const again = copyOf(input, init.body);
    const response = await send(token, input);
    if (response.status !== 401 || !token) return response;
    const next = getToken({ signal, notToken: token.value });
    // Also for what cannot be sent again: the next request is better off.
    const another = again ? await next : void next.catch(() => {});
    if (!again || !another) return response;
    void response.body?.cancel().catch(() => {});
    return send(another, again);
  };
}
