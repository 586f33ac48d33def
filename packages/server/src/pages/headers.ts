import { createHash } from "node:crypto";
import type { Locale } from "./messages/index.ts";
import { stylesheet } from "./styles/index.ts";

/** What a page's headers depend on. */
export interface PageHeadersOptions {
  readonly locale: Locale;
  /**
   * Origins (http or https) that a form on this page may end up at, besides this server. Chromium checks `form-action`
   * against every redirect after a form's POST too (https://github.com/w3c/webappsec-csp/issues/8), so the page of a
   * form whose answer redirects to a client must name that client's origin. Default: none.
   */
  readonly formActions?: readonly string[];
}

const styleHash = createHash("sha256").update(stylesheet).digest("base64");

/**
 * The headers of every page: nothing runs, nothing loads from elsewhere, nobody frames it, nothing is stored.
 *
 * @throws TypeError when a form action is not an http(s) origin: written into the policy, it could add directives.
 */
export function pageHeaders({ locale, formActions = [] }: PageHeadersOptions): Record<string, string> {
  return {
    "content-security-policy": contentSecurityPolicy(formActions),
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    // Not "no-referrer": under it browsers send `Origin: null` with a form's POST, even to ourselves (Fetch, "append a
    // request `Origin` header"), and the check against cross-site POSTs could not tell them apart.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cache-control": "no-store",
    "content-language": locale,
  };
}

function contentSecurityPolicy(formActions: readonly string[]): string {
  return [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    "img-src 'self'",
    `form-action ${["'self'", ...new Set(formActions.map(webOrigin))].join(" ")}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; ");
}

/** Scheme, host and port, in characters that cannot end a directive: the URL standard lets `;` and `,` into a host. */
const plainOrigin = /^https?:\/\/[\w.:[\]-]+$/;

function webOrigin(address: string): string {
  const origin = URL.parse(address)?.origin ?? "";
  if (!plainOrigin.test(origin)) throw new TypeError(`Not an http(s) origin: ${JSON.stringify(address)}`);
  return origin;
}
