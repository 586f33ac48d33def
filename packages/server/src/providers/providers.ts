import type { Clock } from "../clock/clock.ts";
import type { ProviderConfig } from "../config/index.ts";
import { AppError } from "../http/app-error.ts";
import { createOpenIdProvider, type Provider } from "./openid-provider.ts";

export interface ProvidersDeps {
  readonly configured: readonly ProviderConfig[];
  readonly defaultProvider: string | undefined;
  /** Where every provider sends people back to. */
  readonly redirectUri: string;
  readonly clock: Clock;
}

export interface Providers {
  all(): readonly Provider[];
  /** @throws AppError `provider_unknown` */
  get(id: string): Provider;
  /** The one to go to without asking; null when people have to choose. @throws AppError `provider_none` */
  byDefault(): Provider | null;
}

export function createProviders({ configured, defaultProvider, redirectUri, clock }: ProvidersDeps): Providers {
  const providers = new Map(
    configured.map((config) => [config.id, createOpenIdProvider({ config, redirectUri, clock })]),
  );
  const only = providers.size === 1 ? [...providers.values()][0] : undefined;

  function get(id: string): Provider {
    const provider = providers.get(id);
    if (!provider) throw new AppError("provider_unknown");
    return provider;
  }

  return {
    all: () => [...providers.values()],
    get,
    byDefault() {
      if (providers.size === 0) throw new AppError("provider_none");
      return defaultProvider === undefined ? (only ?? null) : get(defaultProvider);
    },
  };
}
