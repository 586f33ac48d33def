/** Hosts that never leave the machine, where plain http is as safe as https. */
const loopbackHost = /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Whether keys and revocations may be read from the address: https, or http to this very machine. */
export function isTrustworthyUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === "https:" || (protocol === "http:" && loopbackHost.test(hostname));
}

/** Whether it can be an issuer: trustworthy, and without query or fragment (RFC 8414, section 2). */
export function isIssuer(value: string): boolean {
  return isTrustworthyUrl(value) && !/[?#]/.test(value);
}
