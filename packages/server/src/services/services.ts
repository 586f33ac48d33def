import type { ServiceConfig } from "../config/index.ts";
import { isSameSecret, sha256 } from "../crypto/digest.ts";

/** What a service may be allowed. */
export type ServicePermission = ServiceConfig["may"][number];

/** A service that trusts our tokens: an API, a back office. */
export interface Service {
  readonly id: string;
  readonly name: string;
  /** The tokens that are its business, by `aud`; null for all. */
  readonly audience: readonly string[] | null;
  readonly may: ReadonlySet<ServicePermission>;
}

export interface Services {
  all(): readonly Service[];
  find(id: string): Service | null;
  /** The service that proved who it is; null for anybody else. */
  authenticate(id: string, secret: string): Service | null;
}

export function createServices(configured: readonly ServiceConfig[]): Services {
  const services = new Map(configured.map((config) => [config.id, toService(config)]));
  const secretHashes = new Map(configured.map(({ id, secret }) => [id, sha256(secret ?? "")]));
  // Compared with when nobody has the name: how long it takes tells nothing.
  const nobody = sha256("");

  return {
    all: () => [...services.values()],
    find: (id) => services.get(id) ?? null,
    authenticate(id, secret) {
      const isAuthentic = isSameSecret(sha256(secret), secretHashes.get(id) ?? nobody);
      return isAuthentic && secret !== "" ? (services.get(id) ?? null) : null;
    },
  };
}

function toService({ id, name, audience, may }: ServiceConfig): Service {
  const audiences = typeof audience === "string" ? [audience] : (audience ?? null);
  return { id, name: name ?? id, audience: audiences, may: new Set(may) };
}
