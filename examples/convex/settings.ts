/** What the example is told by its environment; `holdfast.config.ts` sets all of it but the issuer, which Holdfast adds. */
export interface Settings {
  /** `HOLDFAST_ISSUER`: the Holdfast instance, without a trailing slash. */
  readonly issuer: string;
  /** `CLIENT_ID`: the page's id among Holdfast's clients. */
  readonly clientId: string;
  /** `AUDIENCE`: what the deployment calls itself in a token's `aud`. */
  readonly audience: string;
  /** `SERVICE_ID` and `SERVICE_SECRET`: of a service that may revoke sessions. */
  readonly service: { readonly id: string; readonly secret: string };
  /** `WEB_PORT`: the page's. */
  readonly webPort: number;
  /** `CONVEX_PORT`: the deployment's. */
  readonly convexPort: number;
}

/**
 * Reads the settings.
 *
 * @throws Error that names every variable that is missing or wrong
 */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const problems: string[] = [];

  function text(name: string): string {
    const value = environment[name] ?? "";
    if (value === "") problems.push(`${name} is missing.`);
    return value;
  }

  function port(name: string): number {
    const value = Number(text(name));
    if (!Number.isInteger(value) || value < 1 || value > 65_535) problems.push(`${name} is no port, 1 to 65535.`);
    return value;
  }

  const settings = {
    issuer: text("HOLDFAST_ISSUER"),
    clientId: text("CLIENT_ID"),
    audience: text("AUDIENCE"),
    service: { id: text("SERVICE_ID"), secret: text("SERVICE_SECRET") },
    webPort: port("WEB_PORT"),
    convexPort: port("CONVEX_PORT"),
  };
  if (problems.length > 0) {
    throw new Error(`${problems.join("\n")}\n\`npm run example:convex\` sets all of them.`);
  }
  return settings;
}
