import type { Clock } from "@holdfast/verify";
import { type Emit, emitByDefault } from "./events.ts";
import type { HoldfastOptions } from "./options.ts";

/** The options with the environment and the defaults filled in. */
export interface Settings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string | null;
  readonly audience: readonly string[];
  /** The app's own origin. */
  readonly appOrigin: string;
  /** Whether cookies carry `Secure` and the prefix that enforces it: everywhere but on http://localhost. */
  readonly isSecure: boolean;
  /** The first encrypts, all decrypt. */
  readonly cookieSecrets: readonly string[];
  readonly authPath: string;
  readonly afterSignIn: string;
  readonly afterSignOut: string;
  readonly signInFailed: string | null;
  readonly followsFeed: boolean;
  readonly service: { readonly id: string; readonly secret: string } | null;
  readonly emit: Emit;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly clock: Clock;
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

const leastSecretBytes = 32;

/**
 * Checks the options, and fills in what they leave out.
 *
 * @throws TypeError that lists everything that is wrong
 */
export function parseSettings(options: HoldfastOptions, environment: Environment): Settings {
  const appUrl = options.appUrl ?? environment.HOLDFAST_APP_URL ?? "";
  const settings: Settings = {
    issuer: options.issuer ?? environment.HOLDFAST_ISSUER ?? "",
    clientId: options.clientId ?? environment.HOLDFAST_CLIENT_ID ?? "",
    clientSecret: options.clientSecret ?? (environment.HOLDFAST_CLIENT_SECRET || null),
    audience: listOf(options.audience ?? environment.HOLDFAST_AUDIENCE?.split(" ").filter(Boolean)),
    appOrigin: URL.canParse(appUrl) ? new URL(appUrl).origin : "",
    isSecure: appUrl.startsWith("https:"),
    cookieSecrets: listOf(options.cookieSecret ?? secretsOf(environment)),
    authPath: options.authPath ?? "/auth",
    afterSignIn: options.afterSignIn ?? "/",
    afterSignOut: options.afterSignOut ?? "/",
    signInFailed: options.signInFailed ?? null,
    followsFeed: (options.revocation ?? "feed") === "feed",
    service: options.service ?? serviceOf(environment),
    emit: options.onEvent ?? emitByDefault,
    fetch: options.fetch ?? fetchUncached,
    clock: options.clock ?? { now: () => Date.now() },
  };
  const problems = [...findProblems(settings, appUrl), ...findOddities(options)];
  if (problems.length > 0) throw new TypeError(`@holdfast/next is not set up: ${problems.join("; ")}`);
  return settings;
}

function secretsOf(environment: Environment): string[] {
  const { HOLDFAST_COOKIE_SECRET: current, HOLDFAST_COOKIE_SECRET_PREVIOUS: previous } = environment;
  return [current, previous].filter((secret) => secret !== undefined && secret !== "") as string[];
}

function serviceOf({ HOLDFAST_SERVICE_ID: id, HOLDFAST_SERVICE_SECRET: secret }: Environment): Settings["service"] {
  return id && secret ? { id, secret } : null;
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  return typeof value === "string" ? [value] : (value ?? []);
}

function findProblems(settings: Settings, appUrl: string): readonly string[] {
  const { issuer, clientId, audience, cookieSecrets, authPath } = settings;
  const pages = [settings.afterSignIn, settings.afterSignOut, settings.signInFailed ?? "/"];
  const expectations: readonly [boolean, string][] = [
    [isBaseUrl(issuer), "issuer (HOLDFAST_ISSUER): an https address without query (http only on localhost)"],
    [/^[\w.-]{1,64}$/.test(clientId), "clientId (HOLDFAST_CLIENT_ID): the id of a client"],
    [audience.length > 0 && audience.every(Boolean), "audience (HOLDFAST_AUDIENCE): at least one"],
    [
      isBaseUrl(appUrl) && new URL(appUrl).pathname === "/",
      "appUrl (HOLDFAST_APP_URL): the app's https origin (http only on localhost)",
    ],
    [
      cookieSecrets.length > 0 && cookieSecrets.every((secret) => byteLength(secret) >= leastSecretBytes),
      `cookieSecret (HOLDFAST_COOKIE_SECRET): ${leastSecretBytes} bytes or more; \`openssl rand -base64 32\` makes one`,
    ],
    [/^(\/[\w.-]+)+$/.test(authPath), "authPath: a path like /auth"],
    [pages.every(isPath), "afterSignIn, afterSignOut and signInFailed: paths of the app"],
  ];
  return expectations.filter(([isMet]) => !isMet).map(([, problem]) => problem);
}

function findOddities({ revocation = "feed" }: HoldfastOptions): readonly string[] {
  return revocation === "feed" || revocation === "expiry" ? [] : ["revocation: feed or expiry"];
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

function isPath(path: string): boolean {
  return /^\/(?![/\\])/.test(path);
}

/** Plain http is for development on one machine only. */
function isBaseUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, search, hash, username } = new URL(text);
  const isLocal = hostname === "localhost" || hostname.endsWith(".localhost") || hostname === "127.0.0.1";
  const isFit = protocol === "https:" || (protocol === "http:" && isLocal);
  return isFit && search === "" && hash === "" && username === "";
}

/**
 * Next.js puts a caching `fetch` in the place of the runtime's, which in development also keeps a copy of every body it
 * passes on: of the feed, which never ends, that would be all of it. The runtime's own stands behind it.
 */
function fetchUncached(url: string, init: RequestInit): Promise<Response> {
  const { fetch } = globalThis as { fetch: typeof globalThis.fetch & { _nextOriginalFetch?: typeof fetch } };
  return (fetch._nextOriginalFetch ?? fetch)(url, { ...init, cache: "no-store" });
}
