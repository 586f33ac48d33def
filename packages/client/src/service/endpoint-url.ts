/** Hosts that never leave the machine, where plain http is as safe as https. */
const loopbackHost = /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Whether a secret may be sent there: https, or http to this very machine, and nobody's name and password in it. */
export function isEndpointUrl(value: unknown): value is string {
  if (typeof value !== "string" || !URL.canParse(value)) return false;
  const { protocol, hostname, username, password, hash } = new URL(value);
  if (username !== "" || password !== "" || hash !== "") return false;
  return protocol === "https:" || (protocol === "http:" && loopbackHost.test(hostname));
}

/** Whether it can be an issuer (RFC 8414, section 2): an endpoint without a query. */
export function isIssuerUrl(value: unknown): value is string {
  return isEndpointUrl(value) && !value.includes("?");
}
