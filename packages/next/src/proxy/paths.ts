/** `/dashboard` is one address; `/dashboard/*` is all below it, and itself. */
export type PathPattern = string;

/** @throws TypeError when a pattern is none */
export function createPathMatcher(patterns: readonly PathPattern[]): (pathname: string) => boolean {
  for (const pattern of patterns) {
    if (!/^\/[^*?#]*$|^\/([^*?#]*\/)?\*$/.test(pattern))
      throw new TypeError(`${pattern} is not a path like /a or /a/*`);
  }
  const bases = patterns.filter((each) => each.endsWith("/*")).map((each) => each.slice(0, -2));
  const exact = new Set(patterns.map(withoutSlash));
  return (pathname) => {
    const path = withoutSlash(pathname);
    return exact.has(path) || bases.some((base) => path === base || path.startsWith(`${base}/`));
  };
}

/** Next.js answers for `/a/` as for `/a`. */
function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
