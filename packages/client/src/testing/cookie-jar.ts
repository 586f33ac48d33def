import type { Milliseconds } from "../env.ts";

/** Where a request with cookies comes from: a page of this origin, or the address bar. */
export interface CookieContext {
  /** Null for a navigation by the person: then every cookie of the address goes along. */
  readonly from: string | null;
}

/** The cookies of the one browser, as RFC 6265bis has them; all of ours are HttpOnly, so no page reads any. */
export interface CookieJar {
  /** The `Cookie` header for a request, or null. */
  headerFor(url: URL, context: CookieContext): string | null;
  /** Takes the `Set-Cookie` lines of an answer. */
  take(url: URL, lines: readonly string[], context: CookieContext): void;
  /** Names that are held now. */
  names(): string[];
  clear(): void;
}

export interface CookieJarDeps {
  /** The computer's wall clock: it decides what has expired. */
  readonly wallNow: () => Milliseconds;
  /** Whether the browser refuses cookies to the requests of other sites' pages. */
  readonly blocksThirdParties: () => boolean;
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly host: string;
  readonly path: string;
  readonly isSecure: boolean;
  readonly sameSite: "strict" | "lax" | "none";
  readonly expiresAt: Milliseconds;
}

export function createCookieJar({ wallNow, blocksThirdParties }: CookieJarDeps): CookieJar {
  const cookies = new Map<string, Cookie>();

  function mayPass(url: URL, { from }: CookieContext, sameSite: Cookie["sameSite"]): boolean {
    if (from === null || siteOf(new URL(from)) === siteOf(url)) return true;
    return sameSite === "none" && !blocksThirdParties();
  }

  return {
    headerFor(url, context) {
      const sent = [...cookies.values()]
        .filter((cookie) => cookie.host === url.hostname && cookie.expiresAt > wallNow())
        .filter((cookie) => isPathWithin(url.pathname, cookie.path))
        .filter((cookie) => !cookie.isSecure || url.protocol === "https:")
        .filter((cookie) => mayPass(url, context, cookie.sameSite))
        .sort((one, other) => other.path.length - one.path.length);
      return sent.length === 0 ? null : sent.map(({ name, value }) => `${name}=${value}`).join("; ");
    },
    take(url, lines, context) {
      for (const line of lines) {
        const cookie = parseCookie(line, url, wallNow());
        if (!cookie || !mayPass(url, context, cookie.sameSite)) continue;
        const key = `${cookie.host}${cookie.path};${cookie.name}`;
        if (cookie.expiresAt <= wallNow()) cookies.delete(key);
        else cookies.set(key, cookie);
      }
    },
    names: () => [...cookies.values()].filter(({ expiresAt }) => expiresAt > wallNow()).map(({ name }) => name),
    clear: () => cookies.clear(),
  };
}

/** The registrable domain, near enough for a test: the last two labels, with the scheme. */
function siteOf(url: URL): string {
  return `${url.protocol}//${url.hostname.split(".").slice(-2).join(".")}`;
}

/** RFC 6265bis, section 5.1.4. */
function isPathWithin(path: string, scope: string): boolean {
  return path === scope || (path.startsWith(scope) && (scope.endsWith("/") || path[scope.length] === "/"));
}

function parseCookie(line: string, url: URL, now: Milliseconds): Cookie | null {
  const [pair = "", ...rest] = line.split(";").map((part) => part.trim());
  const at = pair.indexOf("=");
  if (at < 1) return null;
  const attributes = new Map(rest.map((part) => splitAttribute(part)));
  const maxAge = attributes.get("max-age");
  const expires = attributes.get("expires");
  const sameSite = attributes.get("samesite")?.toLowerCase();
  return {
    name: pair.slice(0, at),
    value: pair.slice(at + 1),
    host: url.hostname,
    path: attributes.get("path") ?? "/",
    isSecure: attributes.has("secure"),
    sameSite: sameSite === "strict" || sameSite === "none" ? sameSite : "lax",
    expiresAt: maxAge !== undefined ? now + Number(maxAge) * 1000 : expires ? Date.parse(expires) : Infinity,
  };
}

function splitAttribute(part: string): [string, string] {
  const at = part.indexOf("=");
  return at < 0 ? [part.toLowerCase(), ""] : [part.slice(0, at).toLowerCase(), part.slice(at + 1)];
}
