import { BlockList, isIP } from "node:net";

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** Whether this very machine asks. */
export function isLoopback(address: string): boolean {
  return loopback.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

/**
 * What one caller can be told by: the IPv4 address, or the first 64 bits of the IPv6 address, because whoever has one
 * of those usually has all 2⁶⁴ of its network (RFC 6177, section 2).
 */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return address;
  const [head = [], tail] = address.split("::").map(groupsOf);
  const zeros = tail ? Array<number>(8 - head.length - tail.length).fill(0) : [];
  const network = [...head, ...zeros, ...(tail ?? [])].slice(0, 4);
  return `${network.map((group) => group.toString(16)).join(":")}::/64`;
}

/** The 16-bit groups of a part of an IPv6 address. An IPv4 address at its end stands for two. */
function groupsOf(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => (group.includes(".") ? [0, 0] : [Number.parseInt(group, 16)]));
}
