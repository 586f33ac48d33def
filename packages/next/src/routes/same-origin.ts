/**
 * Whether a request was begun by a page of the app itself. Browsers say so in headers that no page can set; whoever says
 * nothing is no browser, and has no cookie to be misused.
 */
export function isSameOrigin(request: Request, appOrigin: string): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin";
  return request.headers.get("origin") === appOrigin;
}

/** Whether a method may change something (RFC 9110, section 9.2.1). */
export function isUnsafe(method: string): boolean {
  return !["GET", "HEAD", "OPTIONS"].includes(method);
}
