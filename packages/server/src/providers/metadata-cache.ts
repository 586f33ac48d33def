import type { ServerMetadata } from "openid-client";
import type { Clock } from "../clock/clock.ts";

const freshMs = 60 * 60_000;
const failureMs = 2_000;

interface MetadataCacheDeps {
  readonly clock: Clock;
  readonly load: () => Promise<ServerMetadata>;
}

/**
 * Keeps a provider's discovery document for an hour. Askers share one request; a failure is remembered for two seconds,
 * so that a provider that is down is not asked by everyone; a document once read is used on while it cannot be renewed.
 */
export function createMetadataCache({ clock, load }: MetadataCacheDeps) {
  let known: { readonly metadata: ServerMetadata; readonly at: number } | null = null;
  let failed: { readonly error: unknown; readonly at: number } | null = null;
  let loading: Promise<ServerMetadata> | null = null;

  async function reload(): Promise<ServerMetadata> {
    try {
      const metadata = await load();
      known = { metadata, at: clock.now() };
      failed = null;
      return metadata;
    } catch (error) {
      failed = { error, at: clock.now() };
      if (known) return known.metadata;
      throw error;
    } finally {
      loading = null;
    }
  }

  return {
    async get(): Promise<ServerMetadata> {
      const now = clock.now();
      if (known && now - known.at < freshMs) return known.metadata;
      if (failed && now - failed.at < failureMs) {
        if (known) return known.metadata;
        throw failed.error;
      }
      loading ??= reload();
      return loading;
    },
  };
}
