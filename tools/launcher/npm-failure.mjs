// @ts-check

const again = "Then run the command again: nothing has to be cleaned up.";

const unknownFailure = `npm could not install the dependencies. ${again.replace("Then run", "Run")}`;

const quotedLines = 10;

/**
 * What npm prints, and what a person can do about it.
 * @type {{ sign: RegExp, advice: (root: string) => string }[]}
 */
const known = [
  {
    sign: /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT|EIDLETIMEOUT)\b/,
    advice: () =>
      "npm could not reach its package registry.\n" +
      `See that this machine is online and that the registry and proxy are the right ones:\n  npm config get registry\n  npm config get proxy\n${again}`,
  },
  {
    sign: /\b(UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|CERT_HAS_EXPIRED|UNABLE_TO_GET_ISSUER_CERT_LOCALLY)\b/,
    advice: () =>
      "npm does not trust the certificate of its package registry. Behind a company proxy, name the proxy's certificate:\n" +
      `  export NODE_EXTRA_CA_CERTS=/path/to/certificate.pem\n${again}`,
  },
  {
    sign: /\b(E401|E403|ENEEDAUTH)\b/,
    advice: () =>
      `The package registry refuses you. Look at "npm config get registry", or sign in with "npm login". ${again}`,
  },
  {
    sign: /\b(E404|ETARGET|ENOVERSIONS)\b/,
    advice: () =>
      "The package registry does not have everything that package-lock.json asks for.\n" +
      `If "npm config get registry" names a mirror, use one that is complete. ${again}`,
  },
  {
    sign: /\bENOSPC\b/,
    advice: () => `The disk is full: the dependencies take about 700 MB, and npm's cache as much again. ${again}`,
  },
  {
    sign: /\b(EACCES|EPERM|EROFS)\b/,
    advice: (root) =>
      `npm may not write where it has to: ${root} or its cache (npm config get cache).\n` +
      `See who owns them; installing with sudo once is the usual cause. ${again}`,
  },
  {
    sign: /\bEINTEGRITY\b/,
    advice: () =>
      `A package is not the one that package-lock.json names. "npm cache clean --force" throws broken downloads away. ${again}`,
  },
  {
    sign: /\bEUSAGE\b[\s\S]*in sync/,
    advice: () => "package-lock.json does not fit the package.json files: run npm install, and commit the lockfile.",
  },
];

/** Lines that do not help a reader: warnings, blanks, and the indented stack traces and object dumps of npm's errors. */
const noise = /^(npm warn.*|npm (error|ERR!)( {2,}.*| [{}])?|\s*)$/i;

/**
 * Turns what a failed `npm ci` printed into advice, with npm's own words below it.
 * @param {string} output both streams of npm
 * @param {string} root of the repository
 */
export function explainNpmFailure(output, root) {
  const advice = known.find(({ sign }) => sign.test(output))?.advice(root) ?? unknownFailure;
  const said = output.split("\n").filter((line) => !noise.test(line));
  const quoted = said.slice(0, quotedLines).map((line) => `  ${line}`);
  return [advice, ...(quoted.length > 0 ? ["", "npm said:", ...quoted] : [])].join("\n");
}
