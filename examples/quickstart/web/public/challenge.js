// @ts-check

/**
 * Reads a `WWW-Authenticate` header with one challenge (RFC 9110, section 11.6.1): its scheme and its parameters.
 * @param {string} header such as `Bearer error="invalid_token", error_description="…"`
 * @returns {{ scheme: string, parameters: [name: string, value: string][] }}
 */
export function parseChallenge(header) {
  const [, scheme = "", rest = ""] = /^\s*([^\s,]+)\s*(.*)$/s.exec(header) ?? [];
  /** @type {[string, string][]} */
  const parameters = [];
  for (const [, name = "", quoted, plain = ""] of rest.matchAll(/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g)) {
    parameters.push([name, quoted === undefined ? plain : quoted.replaceAll(/\\(.)/g, "$1")]);
  }
  return { scheme, parameters };
}
