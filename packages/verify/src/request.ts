/** A web-standard `Request`. Whoever brings no method and address can verify no proof of possession. */
export interface WebRequest {
  readonly headers: Headers;
  readonly method?: string | undefined;
  /** The whole address. */
  readonly url?: string | undefined;
}

/** A message of `node:http` or `node:http2`, and so a request of Express, which knows more about the proxies before it. */
export interface NodeRequest {
  readonly rawHeaders: readonly string[];
  readonly method?: string | undefined;
  /** The path, or the whole address. */
  readonly url?: string | undefined;
  /** Express: `url` as it was before routers took their part of it. */
  readonly originalUrl?: string | undefined;
  /** Express: `http` or `https`. */
  readonly protocol?: string | undefined;
  /** Express: with the port. */
  readonly host?: string | undefined;
  /** One of `node:tls` says that it is `encrypted`. */
  readonly socket?: object | undefined;
}

/**
 * A request, as far as we read it. Node's own `headers` keeps only the first of two Authorization headers, so there we
 * read `rawHeaders` (name, value, name, value, …).
 */
export type IncomingRequest = WebRequest | NodeRequest;

/**
 * The values of a header, in order. Of a web-standard request it is one at most: repeated ones are joined with a comma,
 * which no header that we read may hold.
 *
 * @param wanted in lower case
 */
export function headerValues(request: IncomingRequest, wanted: string): string[] {
  if (!("rawHeaders" in request)) {
    const value = request.headers.get(wanted);
    return value === null ? [] : [value];
  }
  const { rawHeaders } = request;
  const values: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    if (isNamed(rawHeaders[index], wanted)) values.push(rawHeaders[index + 1] ?? "");
  }
  return values;
}

/** By the length first, which tells nearly every other header apart. */
function isNamed(name = "", wanted: string): boolean {
  return name.length === wanted.length && name.toLowerCase() === wanted;
}

/**
 * The address that a request was sent to, as far as this process can tell.
 *
 * @param origin what callers see of this service, where that is known; else it is the request's own
 * @returns undefined when the request does not say
 */
export function requestAddress(request: IncomingRequest, origin: string | undefined): URL | undefined {
  const path = ("rawHeaders" in request ? request.originalUrl : undefined) ?? request.url;
  if (path === undefined) return undefined;
  const address = URL.parse(path, originOf(request) ?? origin);
  if (!address || origin === undefined) return address ?? undefined;
  return URL.parse(address.pathname, origin) ?? undefined;
}

function originOf(request: IncomingRequest): string | undefined {
  if (!("rawHeaders" in request)) return undefined;
  const host = request.host ?? headerValues(request, "host")[0] ?? headerValues(request, ":authority")[0];
  const { socket = {} } = request;
  const protocol = request.protocol ?? ("encrypted" in socket && socket.encrypted ? "https" : "http");
  return host === undefined ? undefined : `${protocol}://${host}`;
}

const unreserved = /[A-Za-z0-9._~-]/;

/**
 * An address as a proof's `htu` is compared: without query and fragment, and normalized by syntax and scheme (RFC 9449,
 * section 4.3; RFC 3986, sections 6.2.2 and 6.2.3). Undefined for one with a user in it.
 */
export function normalizeTarget({ origin, pathname, username, password }: URL): string | undefined {
  if (username + password !== "") return undefined;
  // The parser leaves percent-encodings as they are: `%7Euser` and `~user` are the same.
  const path = pathname.replaceAll(/%[0-9a-f]{2}/gi, (encoded) => {
    const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
    return unreserved.test(character) ? character : encoded.toUpperCase();
  });
  return origin + path;
}
