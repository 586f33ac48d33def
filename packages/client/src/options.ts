import type { AuthClientOptions } from "./auth-client.ts";
import { configError } from "./auth-error.ts";
import type { CredentialMode } from "./credential.ts";

export interface ClientConfig {
  readonly issuer: string;
  readonly clientId: string;
  readonly storage: "cookie" | "local" | "memory" | CredentialMode;
  /** Beginning of the names of what this client stores, locks and opens. */
  readonly scope: string;
}

// One spelling, for it is compared as a string everywhere; a browser trusts its own machine without TLS (Secure
// Contexts, section 3.1).
const address =
  /^(https:\/\/[^/?#@\s]+|http:\/\/(localhost|[\w.-]+\.localhost|127(\.\d+){3}|\[::1\])(:\d+)?)(\/[^/?#\s]+)*$/;

/** Checks what the app says, once and loudly. @throws AuthError `config_error` */
export function readOptions({ issuer, clientId, storage = "cookie" }: AuthClientOptions): ClientConfig {
  function check(isGood: boolean, name: string, what: string, given: unknown): void {
    if (!isGood) throw configError(`${name} must be ${what}, not ${JSON.stringify(given)}`);
  }
  check(address.test(issuer), "issuer", "like https://login.example.com: https, no slash at its end, no query", issuer);
  check(/^[!-~]+$/.test(clientId ?? ""), "clientId", "a client's id", clientId);
  const isMode = ["cookie", "local", "memory"].includes(storage as string) || typeof storage === "object";
  check(isMode, "storage", "cookie, local, memory, or dpop from @holdfast/client/dpop", storage);
  return { issuer, clientId, storage, scope: `holdfast:${issuer}:${clientId}` };
}
