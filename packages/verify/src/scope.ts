/** A scope-token (RFC 6749, section 3.3). */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/**
 * Reads the scope a route needs: `"invoices:read invoices:write"` or a list; all of it is needed.
 *
 * @throws TypeError when it is not a scope; meant to happen when the route is built
 */
export function parseScope(scope: string | readonly string[] | undefined): readonly string[] {
  if (scope === undefined) return [];
  const tokens = typeof scope === "string" ? scope.split(" ").filter(Boolean) : scope;
  for (const token of tokens) {
    if (!scopeToken.test(token)) throw new TypeError(`scope: ${JSON.stringify(token)} is not a scope (RFC 6749, 3.3)`);
  }
  return tokens;
}

/** What of the needed scope the token's lacks. */
export function missingScope(granted: string, needed: readonly string[]): readonly string[] {
  if (needed.length === 0) return needed;
  const tokens = new Set(granted.split(" "));
  return needed.filter((token) => !tokens.has(token));
}
