import type { Clock } from "../clock/clock.ts";

const failureMs = 2_000;

interface DocumentCacheDeps<Document> {
  readonly clock: Clock;
  /** How long a document is taken as it is. */
  readonly freshMs: number;
  readonly load: () => Promise<Document>;
}

/**
 * Keeps a document that a provider publishes. Askers share one request; a failure is remembered for two seconds, so that
 * a provider that is down is not asked by everyone; a document once read is used on while it cannot be renewed.
 */
export function createDocumentCache<Document>({ clock, freshMs, load }: DocumentCacheDeps<Document>) {
  let known: { readonly document: Document; readonly at: number } | null = null;
  let failed: { readonly error: unknown; readonly at: number } | null = null;
  let loading: Promise<Document> | null = null;

  async function reload(): Promise<Document> {
    try {
      const document = await load();
      known = { document, at: clock.now() };
      failed = null;
      return document;
    } catch (error) {
      failed = { error, at: clock.now() };
      if (known) return known.document;
      throw error;
    } finally {
      loading = null;
    }
  }

  return {
    async get(): Promise<Document> {
      const now = clock.now();
      if (known && now - known.at < freshMs) return known.document;
      if (failed && now - failed.at < failureMs) {
        if (known) return known.document;
        throw failed.error;
      }
      loading ??= reload();
      return loading;
    },
  };
}
