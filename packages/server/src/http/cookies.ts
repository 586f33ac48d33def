import { getCookie, setCookie } from "hono/cookie";
import type { HttpContext } from "./context.ts";

/**
 * Every cookie of a request, as it stands. Several may have one name: browsers send those of a longer path first, and
 * those of a parent domain among them.
 */
export function readCookies(context: HttpContext): { readonly name: string; readonly value: string }[] {
  return (context.req.header("cookie") ?? "").split(";").flatMap((pair) => {
    const at = pair.indexOf("=");
    return at < 1 ? [] : [{ name: pair.slice(0, at).trim(), value: pair.slice(at + 1).trim() }];
  });
}

interface CookieAttributes {
  /** Whether the browser holds it to this exact host and the whole site (`__Host-`), or to one path (`__Secure-`). */
  readonly path: string;
  readonly sameSite: "Lax" | "Strict" | "None";
  /** Seconds; absent for a cookie that goes with the browser. */
  readonly maxAge?: number | undefined;
}

// Browsers keep no cookie for longer (RFC 6265bis, section 5.6.2), and Hono writes none.
const longestSeconds = 400 * 86_400;

/** One of our cookies: HttpOnly always; Secure, with the prefix that enforces it (RFC 6265bis, section 4.1.3), on https. */
export interface Cookie {
  readonly name: string;
  read(context: HttpContext): string | undefined;
  /** `maxAge` is in seconds, 400 days at most; without it the cookie goes with the browser. */
  write(context: HttpContext, value: string, maxAge?: number): void;
  clear(context: HttpContext): void;
}

/** Makes a cookie. On http://localhost it has its plain name, because browsers refuse the prefixes there. */
export function createCookie(name: string, isSecure: boolean, { path, sameSite }: CookieAttributes): Cookie {
  const prefix = path === "/" ? "__Host-" : "__Secure-";
  const fullName = isSecure ? prefix + name : name;
  const attributes = { path, sameSite, httpOnly: true, secure: isSecure } as const;
  return {
    name: fullName,
    read: (context) => getCookie(context, fullName),
    write(context, value, maxAge) {
      const lifetime = maxAge === undefined ? {} : { maxAge: Math.min(maxAge, longestSeconds) };
      setCookie(context, fullName, value, { ...attributes, ...lifetime });
    },
    clear: (context) => setCookie(context, fullName, "", { ...attributes, maxAge: 0 }),
  };
}
