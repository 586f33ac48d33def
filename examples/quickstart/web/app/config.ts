/** What `GET /config.json` tells the page. */
export interface PageConfig {
  readonly issuer: string;
  readonly clientId: string;
  /** The API's origin. */
  readonly api: string;
}

export async function loadConfig(): Promise<PageConfig> {
  const response = await fetch("/config.json");
  return (await response.json()) as PageConfig;
}
