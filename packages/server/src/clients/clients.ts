import type { ClientConfig, TokenLifetimes } from "../config/index.ts";
import { isSameSecret, sha256 } from "../crypto/digest.ts";
import { AppError } from "../http/app-error.ts";

/** An app or service registered to receive tokens. */
export interface Client {
  readonly id: string;
  readonly name: string;
  readonly type: "public" | "confidential";
  readonly origins: readonly string[];
  readonly audience: readonly string[];
  readonly scope: string;
  readonly refreshToken: "cookie" | "body";
  readonly rotates: boolean;
  /** Whether it may bind its tokens to a key. What is bound already stays so. */
  readonly dpop: "off" | "allowed" | "required";
  readonly signinSuccess: string;
  readonly signinFailed: string | null;
  readonly signoutSuccess: string | null;
  /** In seconds. */
  readonly lifetimes: TokenLifetimes;
}

/** What a client sent to say who it is. */
export interface ClientCredentials {
  readonly clientId: string | null;
  readonly clientSecret: string | null;
}

export interface Clients {
  all(): readonly Client[];
  find(id: string): Client | null;
  /**
   * The client a person means: the one named, else the only one.
   *
   * @throws AppError `client_unknown`
   */
  choose(id: string | null): Client;
  /** Whether the client proved who it is: public clients have nothing to prove, and must not send a secret. */
  isAuthentic(client: Client, secret: string | null): boolean;
  /** Whether pages of this web origin may ask with cookies. */
  isKnownOrigin(origin: string): boolean;
  /** The longest any access token lives, in seconds. */
  readonly longestAccessToken: number;
}

export function createClients(configured: readonly ClientConfig[], defaults: TokenLifetimes): Clients {
  const clients = new Map(configured.map((config) => [config.id, toClient(config, defaults)]));
  const secretHashes = new Map(
    configured.flatMap(({ id, secret }) => (secret === undefined ? [] : [[id, sha256(secret)] as const])),
  );
  const origins = new Set([...clients.values()].flatMap((client) => client.origins));
  const only = clients.size === 1 ? [...clients.values()][0] : undefined;

  return {
    all: () => [...clients.values()],
    find: (id) => clients.get(id) ?? null,
    choose(id) {
      const client = id === null ? only : clients.get(id);
      if (client) return client;
      if (clients.size === 0) throw new AppError("client_unknown", "No client is configured.");
      throw new AppError("client_unknown", id === null ? "Several clients exist; name one with client_id." : undefined);
    },
    isAuthentic(client, secret) {
      const expected = secretHashes.get(client.id);
      if (!expected) return secret === null;
      return secret !== null && isSameSecret(sha256(secret), expected);
    },
    isKnownOrigin: (origin) => origins.has(origin),
    longestAccessToken: Math.max(defaults.access, ...[...clients.values()].map(({ lifetimes }) => lifetimes.access)),
  };
}

function toClient(config: ClientConfig, defaults: TokenLifetimes): Client {
  const ownOrigin = new URL(config.signin.success).origin;
  return {
    id: config.id,
    name: config.name ?? config.id,
    type: config.type,
    origins: [...new Set([ownOrigin, ...config.origins])],
    audience: typeof config.audience === "string" ? [config.audience] : config.audience,
    scope: config.scope,
    refreshToken: config.refreshToken,
    rotates: config.rotate,
    dpop: config.dpop ?? (config.refreshToken === "body" ? "allowed" : "off"),
    signinSuccess: config.signin.success,
    signinFailed: config.signin.failed ?? null,
    signoutSuccess: config.signout.success ?? null,
    lifetimes: {
      access: config.tokens.access ?? defaults.access,
      refreshIdle: config.tokens.refreshIdle ?? defaults.refreshIdle,
      refreshAbsolute: config.tokens.refreshAbsolute ?? defaults.refreshAbsolute,
      overlap: config.tokens.overlap ?? defaults.overlap,
    },
  };
}

/**
 * Where a client's person may be sent back to: an address on one of its origins.
 *
 * @throws AppError `redirect_not_allowed`
 */
export function allowedReturn(client: Client, returnTo: string | null): string {
  if (returnTo === null) return client.signinSuccess;
  const address = URL.canParse(returnTo) ? new URL(returnTo) : null;
  // A blob: address has the origin of the page that made it, so the scheme is looked at too.
  const isWeb = address !== null && /^https?:$/.test(address.protocol);
  const isPlain = isWeb && address.username === "" && address.password === "";
  if (!isPlain || !client.origins.includes(address.origin)) {
    throw new AppError("redirect_not_allowed");
  }
  return address.href;
}
