import type { Clock } from "../clock/clock.ts";
import { AppError } from "../http/app-error.ts";
import type { BoundedFetch } from "../http/bounded-fetch.ts";
import { createDocumentCache } from "./document-cache.ts";

// However many unknown keys a provider's tokens name, its key set is asked for at most twice a minute; a key that it
// began to use without announcing it is known after half a minute at the latest.
const freshMs = 30_000;

interface KeySetFetchDeps {
  readonly clock: Clock;
  readonly fetch: BoundedFetch;
}

/** Puts a memory between the library, which asks for a provider's keys at every sign-in, and the provider. */
export function createKeySetFetch({ clock, fetch }: KeySetFetchDeps): BoundedFetch {
  const caches = new Map<string, ReturnType<typeof createDocumentCache<string>>>();

  async function load(url: string): Promise<string> {
    const response = await fetch(url, { headers: { Accept: "application/json, application/jwk-set+json" } });
    if (response.status === 200) return response.text();
    const code = response.status >= 500 ? "provider_unavailable" : "provider_response_invalid";
    throw new AppError(code, undefined, { cause: new Error(`${url} answered with ${response.status}`) });
  }

  return async (url) => {
    let cache = caches.get(url);
    if (!cache) {
      // A provider has one key set at a time.
      caches.clear();
      cache = createDocumentCache({ clock, freshMs, load: () => load(url) });
      caches.set(url, cache);
    }
    return new Response(await cache.get(), { headers: { "Content-Type": "application/json" } });
  };
}
