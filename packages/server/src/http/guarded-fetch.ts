import http from "node:http";
import https from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { readExcerpt } from "./excerpt.ts";
import { OutboundError, toOutboundError } from "./outbound-error.ts";
import { createAddressRules } from "./public-address.ts";
import { createHostResolver, type ResolvedAddress, type ResolveHost } from "./resolve-host.ts";

export interface GuardedFetchOptions {
  /** Networks beside the public internet that may be reached, in CIDR notation. Default: none. */
  readonly allow?: readonly string[];
  /** From the look-up of the name to the end of the answer. Default: 15,000. */
  readonly timeoutMs?: number;
  /** How much of an answer's body is read. Default: 4,096. */
  readonly maximumBytes?: number;
  /** Default: see `createHostResolver`. */
  readonly resolve?: ResolveHost;
}

export interface GuardedRequest {
  readonly method: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the request early. */
  readonly signal?: AbortSignal | undefined;
}

export interface GuardedResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  /** The beginning of the body, as far as it came in time. */
  readonly body: Buffer;
}

/** Sends a request to an address that somebody else chose. */
export type GuardedFetch = (url: string, request: GuardedRequest) => Promise<GuardedResponse>;

/**
 * Makes a fetch for addresses that others choose: it reaches nothing but the public internet.
 *
 * A name is looked up once, every address it stands for is checked, and the connection is made to those and to no other:
 * an answer that changes between check and use (DNS rebinding) changes nothing. No redirects are followed, no proxy of
 * the environment is used, and nothing takes longer or gets larger than it may.
 *
 * @example
 * const send = createGuardedFetch({ timeoutMs: 15_000 });
 * const { status } = await send("https://hooks.example.com/", { method: "POST", body: "{}" });
 *
 * @throws OutboundError, with what went wrong
 */
export function createGuardedFetch({
  allow = [],
  timeoutMs = 15_000,
  maximumBytes = 4_096,
  resolve = createHostResolver(),
}: GuardedFetchOptions = {}): GuardedFetch {
  const rules = createAddressRules(allow);

  async function addressesOf(host: string): Promise<readonly ResolvedAddress[]> {
    const literal = isIP(host);
    const found = literal === 0 ? await resolve(host) : [{ address: host, family: literal }];
    if (found.length === 0) throw new OutboundError("host_unknown", "the name stands for no address");
    const forbidden = found.find(({ address }) => !rules.isAllowed(address));
    if (forbidden) throw new OutboundError("address_blocked", `${forbidden.address} is not a public address`);
    return found;
  }

  return async (address, request) => {
    const url = parseTarget(address);
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
    try {
      const addresses = await unlessAborted(addressesOf(hostOf(url)), signal);
      return await send(url, { ...request, signal }, { addresses, maximumBytes });
    } catch (error) {
      throw toOutboundError(error, timeout.aborted);
    }
  };
}

/** Only what a request may go to at all. */
function parseTarget(address: string): URL {
  if (!URL.canParse(address)) throw new OutboundError("url_invalid", "is not a URL");
  const url = new URL(address);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new OutboundError("url_invalid", "is neither https nor http");
  }
  if (url.username || url.password) throw new OutboundError("url_invalid", "holds a user name or a password");
  return url;
}

/** The URL's parser has made plain addresses of decimal, octal, hexadecimal and shortened ones already. */
function hostOf({ hostname }: URL): string {
  return hostname.startsWith("[") ? hostname.slice(1, -1) : hostname;
}

interface Pinned {
  readonly addresses: readonly ResolvedAddress[];
  readonly maximumBytes: number;
}

async function send(url: URL, request: GuardedRequest, { addresses, maximumBytes }: Pinned): Promise<GuardedResponse> {
  const { request: open, Agent } = url.protocol === "https:" ? https : http;
  // An agent of its own: none of the process's may be shared, for it could know a proxy or hold an open connection.
  const agent = new Agent({ keepAlive: false });
  const outgoing = open(url, {
    agent,
    method: request.method,
    headers: { ...request.headers, ...lengthOf(request.body) },
    lookup: pinnedLookup(addresses),
    signal: request.signal,
    maxHeaderSize: 16_384,
  });
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    outgoing.once("response", resolve);
    outgoing.on("error", reject);
    // An answer that would change the protocol (101) is told as neither of the two, nor is the time-out after it.
    outgoing.once("close", () => reject(new Error("closed without an answer")));
    outgoing.end(request.body);
  });
  const body = await readExcerpt(response, maximumBytes);
  outgoing.destroy();
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

function lengthOf(body: string | undefined): Record<string, number> {
  return body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
}

/** Answers with what was checked, whatever is asked. */
function pinnedLookup(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_host, options, callback) => {
    if (options.all) return callback(null, [...addresses]);
    const [first] = addresses;
    callback(null, first?.address ?? "", first?.family);
  };
}

/** A look-up cannot be called off, only left behind. */
async function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
