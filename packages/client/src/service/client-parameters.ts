/** The request parameters that say what a token is for: `scope`, and `resource` once for each (RFC 8707, section 2). */
export function purposeParameters({
  scope,
  resource,
}: {
  readonly scope?: string | undefined;
  readonly resource?: string | readonly string[] | undefined;
}): Array<readonly [string, string]> {
  const resources = typeof resource === "string" ? [resource] : (resource ?? []);
  return [
    ...(scope === undefined ? [] : [["scope", scope] as const]),
    ...resources.map((each) => ["resource", each] as const),
  ];
}
