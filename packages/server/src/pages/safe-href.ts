/** An origin that exists nowhere (RFC 2606, section 2): only there to resolve paths against. */
const nowhere = "http://holdfast.invalid";

/** Where a refused address leads: nowhere. */
const refused = "#";

/**
 * Lets only two kinds of address into `href` and `action`: a path of this server, and an absolute http(s) URL.
 * `javascript:`, `data:` and the like, and the scheme-relative `//host`, become `#`. Parsed by the URL standard, as
 * browsers do, so that `java\nscript:` or `/\host` cannot pass as something else.
 */
export function safeHref(href: string): string {
  if (/^https?:\/\//i.test(href)) return URL.parse(href)?.href ?? refused;
  const url = URL.parse(href, nowhere);
  if (!href.startsWith("/") || url?.origin !== nowhere) return refused;
  // "/.//host" resolves to the path "//host", which would name a host once it stands in a page.
  if (url.pathname.startsWith("//")) return refused;
  return url.pathname + url.search + url.hash;
}
