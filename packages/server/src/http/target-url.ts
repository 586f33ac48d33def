import type { AddressRules } from "./public-address.ts";

export interface TargetUrlRules {
  /** Whether http will do, for addresses of this machine. */
  readonly allowsLoopbackHttp: boolean;
  readonly addresses: AddressRules;
}

const longestUrl = 2_048;

/**
 * What is wrong with an address that somebody gives us to send to; null when nothing is. A name is looked up when it is
 * needed: what it stands for today says nothing about then.
 */
export function targetUrlProblem(value: string, { allowsLoopbackHttp, addresses }: TargetUrlRules): string | null {
  if (value.length > longestUrl) return `is longer than ${longestUrl} characters`;
  if (!URL.canParse(value)) return "is not a URL";
  const url = new URL(value);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (url.protocol !== "https:") {
    const isLoopback = ["localhost", "127.0.0.1", "::1"].includes(host);
    if (url.protocol !== "http:" || !allowsLoopbackHttp || !isLoopback) return "is not https";
  }
  if (url.username || url.password) return "holds a user name or a password";
  if (url.hash) return "has a fragment, which is never sent";
  const isLiteral = /^[\d.]+$/.test(host) || host.includes(":");
  return isLiteral && !addresses.isAllowed(host) ? "is not a public address; see `outbound.allow`" : null;
}
