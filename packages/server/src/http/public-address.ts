import { BlockList, isIP } from "node:net";

/** Decides which addresses our own requests may go to. */
export interface AddressRules {
  /** Whether it is an address of the public internet, or one that the operator allowed. */
  isAllowed(address: string): boolean;
}

// RFC 6890 and IANA's registry of special-purpose addresses; then what clouds answer their machines on.
const closedIpv4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.31.196.0/24",
  "192.52.193.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "192.175.48.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
  "168.63.129.16/32",
];

// Of IPv6 only what is routed as global unicast can be public. So fc00::/7, fe80::/10, ff00::/8, ::1, ::ffff:0:0/96 and
// the NAT64 prefixes need no line of their own.
const openIpv6 = "2000::/3";

// Within it: protocol assignments with Teredo and ORCHID, documentation, 6to4 (which embeds any IPv4 address).
const closedIpv6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "2620:4f:8000::/48"];

/**
 * Makes the rules: the public internet, and what is allowed beside it.
 *
 * @param allow networks in CIDR notation (`127.0.0.0/8`) or single addresses
 */
export function createAddressRules(allow: readonly string[] = []): AddressRules {
  const allowed = createBlockList(allow);
  return {
    isAllowed: (address) => contains(allowed, address) || isPublic(address),
  };
}

/** Whether a text is an address, or a network in CIDR notation. */
export function isNetwork(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0 || address.includes("%")) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

const closed4 = createBlockList(closedIpv4);
const open6 = createBlockList([openIpv6]);
const closed6 = createBlockList(closedIpv6);

function isPublic(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !contains(closed4, address);
  return family === 6 && contains(open6, address) && !contains(closed6, address);
}

function contains(list: BlockList, address: string): boolean {
  // An address with a zone (fe80::1%eth0) belongs to a link of this machine: it is in no list.
  if (address.includes("%")) return false;
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? "ipv6" : "ipv4");
}

function createBlockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", bits] = network.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}
