import { AuthError } from "./auth-error.ts";
import type { Clock } from "./clock.ts";
import type { ClientEnv } from "./env.ts";
import type { ClientConfig } from "./options.ts";

/** Where the refresh token is, and what proves that it is ours: what differs between the storage modes. */
export interface Credential {
  /** It is an HttpOnly cookie: whether there is one, only the server knows. */
  readonly isCookie?: boolean;
  /** It stands in the session's record. */
  readonly isInRecord?: boolean;
  /** Reads it from elsewhere. */
  load?(): Promise<string | undefined>;
  /** As `load`, at once: as far as it was loaded. */
  loaded?(): string | undefined;
  /** Stores a new one elsewhere. */
  keep?(refreshToken: string | undefined): Promise<void>;
  /** Forgets it. */
  drop?(): void;
  /** Makes what a new session will be bound to. */
  prepare?(): Promise<void>;
  /** Headers that prove it for one request, to Holdfast or with an access token to an API. */
  prove?(method: string, url: string, accessToken?: string): Promise<Record<string, string>>;
  /** Takes in an answer's headers. True when the request is worth repeating at once, with another proof. */
  learn?(headers: Headers): boolean;
}

/** Makes the credential of a client: a storage mode that comes as a module of its own. */
export interface CredentialMode {
  /** What it is called in messages. */
  readonly mode: string;
  create(env: ClientEnv, clock: Clock, options: { name: string; onFailure: (cause: unknown) => void }): Credential;
}

export function chooseCredential(
  { storage, scope }: ClientConfig,
  env: ClientEnv,
  clock: Clock,
  onFailure: (cause: unknown) => void,
): Credential {
  if (typeof storage === "object") return storage.create(env, clock, { name: scope, onFailure });
  return storage === "cookie" ? { isCookie: true } : { isInRecord: true };
}

export const noCredential = (): AuthError =>
  new AuthError("login_required", "Nobody is signed in here.", { kind: "no_session" });
