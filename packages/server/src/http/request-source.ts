/** Where a request came from: what evidence and timelines show. */
export interface RequestSource {
  readonly requestId: string;
  /** The caller's IP address, as far as the configured proxies are trusted. */
  readonly address: string | null;
  readonly userAgent: string | null;
}
