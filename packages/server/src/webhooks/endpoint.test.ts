import { describe, expect, it } from "vitest";
import { createAddressRules } from "../http/public-address.ts";
import { assertEndpoint, type EndpointInput, type EndpointRules } from "./endpoint.ts";

const production: EndpointRules = {
  allowsLoopbackHttp: false,
  addresses: createAddressRules(),
  isClient: (id) => id === "app",
};
const development = { ...production, allowsLoopbackHttp: true, addresses: createAddressRules(["127.0.0.0/8", "::1"]) };
const good = { url: "https://hooks.example.com/a?b=c", events: ["session.*", "user.created", "*"] };
const account = "0190a0b0-0000-7000-8000-000000000001";

describe("an endpoint", () => {
  it.each<[EndpointInput, EndpointRules]>([
    [good, production],
    [{ ...good, clients: ["app"], accounts: [account], description: "Ours" }, production],
    [{ ...good, url: "https://93.184.215.14:8443/" }, production],
    [{ ...good, url: "http://localhost:3000/hooks" }, development],
    [{ ...good, url: "http://[::1]:3000/hooks" }, development],
    [{ ...good, events: ["webhook.test"] }, production],
  ])("may be %j", (input, rules) => {
    expect(() => assertEndpoint(input, rules)).not.toThrow();
  });

  it.each<[string, Partial<EndpointInput>, RegExp]>([
    ["plain http", { url: "http://hooks.example.com/" }, /url: is not https/],
    ["http to this machine in production", { url: "http://localhost/" }, /url: is not https/],
    ["no URL", { url: "hooks.example.com" }, /url: is not a URL/],
    ["another protocol", { url: "ftp://hooks.example.com/" }, /url: is not https/],
    ["a password", { url: "https://user:pass@hooks.example.com/" }, /url: holds a user name/],
    ["a fragment", { url: "https://hooks.example.com/#top" }, /url: has a fragment/],
    ["a very long URL", { url: `https://hooks.example.com/${"x".repeat(2_048)}` }, /url: is longer than 2048/],
    ["a private address", { url: "https://10.0.0.1/" }, /url: is not a public address/],
    ["the same in decimal", { url: "https://167772161/" }, /url: is not a public address/],
    ["an IPv4-mapped one", { url: "https://[::ffff:10.0.0.1]/" }, /url: is not a public address/],
    ["the clouds' metadata", { url: "https://169.254.169.254/" }, /url: is not a public address/],
    ["no events", { events: [] }, /events: is empty/],
    ["an unknown event", { events: ["session.dreamt"] }, /events "session.dreamt": is neither/],
    ["a wildcard that nothing fits", { events: ["dream.*"] }, /events "dream.\*": is neither/],
    ["a wildcard in the middle", { events: ["*.started"] }, /is neither/],
    ["an unfinished wildcard", { events: ["sess*"] }, /is neither/],
    ["an empty pattern", { events: [""] }, /is neither/],
    ["an unknown client", { clients: ["nobody"] }, /clients "nobody": is not a client/],
    ["an account that is none", { accounts: ["acme"] }, /accounts "acme": is not the id/],
    ["too many filters", { accounts: Array(101).fill(account) }, /accounts: has more than 100/],
    ["a long description", { description: "x".repeat(201) }, /description: is longer/],
  ])("is refused with %s", (_, change, expected) => {
    expect(() => assertEndpoint({ ...good, ...change }, production)).toThrow(expected);
  });

  it("is refused with every problem at once, by name", () => {
    const input = { url: "http://x/", events: ["no"], clients: ["nobody"] };
    expect(() => assertEndpoint(input, production)).toThrow(
      expect.objectContaining({
        code: "invalid_request",
        problems: ["url", 'events "no"', 'clients "nobody"'].map((path) => ({ path, message: expect.any(String) })),
      }),
    );
  });
});
