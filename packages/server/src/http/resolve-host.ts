import { lookup, Resolver } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { createTurns } from "../jobs/turns.ts";
import { OutboundError } from "./outbound-error.ts";

/** An address that a host's name stands for. */
export interface ResolvedAddress {
  readonly address: string;
  /** 4 or 6. */
  readonly family: number;
}

export type ResolveHost = (host: string) => Promise<readonly ResolvedAddress[]>;

export interface HostResolverOptions {
  /** DNS servers with their ports. Default: the system's. */
  readonly servers?: readonly string[];
  /** Names that the machine itself knows. Default: `/etc/hosts`. */
  readonly hostsFile?: string;
  /** For one question to a server, of which there are two. Default: 2,000. */
  readonly timeoutMs?: number;
  /** Asks the whole system, as slow as that may be. Default: `getaddrinfo`. */
  readonly askSystem?: ResolveHost;
}

// Node asks the system with threads, of which two at most do such work: one is left to whoever connects to the database.
const systemAtOnce = 1;
const tries = 2;

/**
 * Makes a resolver for names that others choose: whose servers are slow keeps a thread of this process waiting for none of
 * them. What `/etc/hosts` says comes first, then DNS, and then, for a name that DNS does not have, what else the system
 * knows (search domains, mDNS…).
 */
export function createHostResolver(options: HostResolverOptions = {}): ResolveHost {
  const { servers, hostsFile = "/etc/hosts", timeoutMs = 2_000, askSystem = askGetaddrinfo } = options;
  const turns = createTurns(systemAtOnce);

  async function askServers(host: string): Promise<ResolvedAddress[]> {
    // One for each name, or a server that does not answer for one is thought to be down by all.
    const resolver = new Resolver({ timeout: timeoutMs, tries });
    if (servers) resolver.setServers(servers);
    const [four, six] = await Promise.all([
      resolver.resolve4(host).catch(passOver),
      resolver.resolve6(host).catch(passOver),
    ]);
    return [...six.map((address) => ({ address, family: 6 })), ...four.map((address) => ({ address, family: 4 }))];
  }

  return async (host) => {
    const own = await readHosts(hostsFile, host);
    if (own.length > 0) return own;
    const found = await askServers(host);
    return found.length > 0 ? found : turns(() => askSystem(host));
  };
}

/** Nothing where there is no such name, or nobody to ask. @throws OutboundError where there is no answer */
function passOver(error: NodeJS.ErrnoException): string[] {
  const { code = "" } = error;
  if (["ENOTFOUND", "ENODATA", "ECONNREFUSED"].includes(code)) return [];
  if (code === "ETIMEOUT") throw new OutboundError("timed_out", "the name was not resolved in time", error);
  throw new OutboundError("host_unknown", `the name is not known (${code})`, error);
}

/** hosts(5): an address and its names in each line; `#` begins a comment. */
async function readHosts(file: string, host: string): Promise<ResolvedAddress[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  const name = host.toLowerCase().replace(/\.$/, "");
  return text.split("\n").flatMap((line) => {
    const [address = "", ...names] = line.replace(/#.*/, "").trim().toLowerCase().split(/\s+/);
    const family = isIP(address);
    return family !== 0 && names.includes(name) ? [{ address, family }] : [];
  });
}

function askGetaddrinfo(host: string): Promise<readonly ResolvedAddress[]> {
  return lookup(host, { all: true, order: "verbatim" });
}
