export interface Challenge {
  readonly scheme: string;
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

/**
 * Reads a `WWW-Authenticate` header with one challenge (RFC 9110, section 11.6.1): its scheme and its parameters.
 *
 * @param header such as `Bearer error="invalid_token", error_description="…"`
 */
export function parseChallenge(header: string): Challenge {
  const [, scheme = "", rest = ""] = /^\s*([^\s,]+)\s*(.*)$/s.exec(header) ?? [];
  const parameters: [string, string][] = [];
  for (const [, name = "", quoted, plain = ""] of rest.matchAll(/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g)) {
    parameters.push([name, quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, "$1")]);
  }
  return { scheme, parameters };
}
