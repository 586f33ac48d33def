/** What the quickstart is told by its environment. */
export interface Settings {
  /** The Holdfast instance: `HOLDFAST_ISSUER`, without a trailing slash. Default: `http://localhost:4000`. */
  readonly issuer: string;
  /** `WEB_PORT`. Default: 4002. */
  readonly webPort: number;
  /** `API_PORT`. Default: 4003. */
  readonly apiPort: number;
  /** The app's id among Holdfast's clients: `CLIENT_ID`. Default: `quickstart`. */
  readonly clientId: string;
  /** What the API calls itself in a token's `aud`: `AUDIENCE`. Default: `http://localhost:<API_PORT>`. */
  readonly audience: string;
}

/**
 * Reads the settings.
 *
 * @throws Error that names every variable that is wrong
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const problems: string[] = [];

  function port(name: string, fallback: number): number {
    const text = environment[name] || String(fallback);
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1 || value > 65_535) {
      problems.push(`${name} is ${JSON.stringify(text)}; it must be a port, 1 to 65535.`);
    }
    return value;
  }

  const issuer = environment.HOLDFAST_ISSUER || "http://localhost:4000";
  const url = URL.parse(issuer);
  if ((url?.protocol !== "http:" && url?.protocol !== "https:") || issuer.endsWith("/")) {
    problems.push(`HOLDFAST_ISSUER is ${JSON.stringify(issuer)}; it must be an http(s) address without a final slash.`);
  }
  const webPort = port("WEB_PORT", 4002);
  const apiPort = port("API_PORT", 4003);

  if (problems.length > 0) throw new Error(problems.join("\n"));
  return {
    issuer,
    webPort,
    apiPort,
    clientId: environment.CLIENT_ID || "quickstart",
    audience: environment.AUDIENCE || `http://localhost:${apiPort}`,
  };
}
