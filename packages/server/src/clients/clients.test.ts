import { describe, expect, it } from "vitest";
import { type ConfigInput, parseConfig } from "../config/index.ts";
import { createClients } from "./index.ts";

type ClientInput = NonNullable<ConfigInput["clients"]>[number];

const secret = "a confidential client's secret";
const shop: ClientInput = {
  id: "shop",
  audience: "https://api.example.com",
  origins: ["https://www.example.com"],
  signin: { success: "https://shop.example.com/welcome" },
};
const service: ClientInput = {
  id: "service",
  name: "The service",
  type: "confidential",
  secret,
  audience: ["https://one.example.com", "https://two.example.com"],
  signin: { success: "https://service.example.com/", failed: "https://service.example.com/failed" },
  signout: { success: "https://service.example.com/bye" },
  tokens: { access: "1h", overlap: "2m" },
};

function createTestClients(...configured: ClientInput[]) {
  const settings = { clients: configured, secret: "x".repeat(32) };
  const { clients, tokens } = parseConfig(settings, { mode: "development" });
  return createClients(clients, tokens);
}

describe("a client", () => {
  it("has what the configuration says, and defaults for the rest", () => {
    const clients = createTestClients(shop, service);
    expect(clients.find("shop")).toEqual({
      id: "shop",
      name: "shop",
      type: "public",
      origins: ["https://shop.example.com", "https://www.example.com"],
      audience: ["https://api.example.com"],
      scope: "",
      refreshToken: "cookie",
      rotates: true,
      dpop: "off",
      signinSuccess: "https://shop.example.com/welcome",
      signinFailed: null,
      signoutSuccess: null,
      lifetimes: { access: 900, refreshIdle: 14 * 86_400, refreshAbsolute: 90 * 86_400, overlap: 30 },
    });
    expect(clients.find("service")).toMatchObject({
      name: "The service",
      audience: ["https://one.example.com", "https://two.example.com"],
      signinFailed: "https://service.example.com/failed",
      signoutSuccess: "https://service.example.com/bye",
      lifetimes: { access: 3_600, refreshIdle: 14 * 86_400, overlap: 120 },
    });
  });

  it("never shows its secret", () => {
    expect(JSON.stringify(createTestClients(shop, service).all())).not.toContain(secret);
  });

  it("with the longest-lived access token decides how long keys are kept", () => {
    expect(createTestClients(shop, service).longestAccessToken).toBe(3_600);
    expect(createTestClients(shop).longestAccessToken).toBe(900);
    expect(createTestClients().longestAccessToken).toBe(900);
  });
});

describe("which client is meant", () => {
  it("is the one that is named, or the only one", () => {
    expect(createTestClients(shop, service).choose("service").id).toBe("service");
    expect(createTestClients(shop).choose(null).id).toBe("shop");
  });

  it.each<[string, ClientInput[], string | null]>([
    ["none is configured", [], null],
    ["several are, and none is named", [shop, service], null],
    ["another is named, though there is only one", [shop], "stranger"],
    ["a name of Object's is given", [shop], "constructor"],
    ["the name has other letters", [shop], "Shop"],
    ["the name is empty", [shop], ""],
  ])("is an error when %s", (_case, configured, id) => {
    expect(() => createTestClients(...configured).choose(id)).toThrow(
      expect.objectContaining({ name: "AppError", code: "client_unknown" }),
    );
  });
});

describe("a client's proof", () => {
  const clients = createTestClients(shop, service);
  it.each<[string, string, string | null, boolean]>([
    ["a public client without a secret", "shop", null, true],
    ["a public client with any secret", "shop", secret, false],
    ["a public client with an empty secret", "shop", "", false],
    ["a confidential client with its secret", "service", secret, true],
    ["a confidential client without", "service", null, false],
    ["a confidential client with an empty one", "service", "", false],
    ["a confidential client with another", "service", `${secret}.`, false],
    ["a confidential client with its beginning", "service", secret.slice(0, -1), false],
  ])("%s", (_case, id, given, isAuthentic) => {
    expect(clients.isAuthentic(clients.choose(id), given)).toBe(isAuthentic);
  });
});

describe("a web origin", () => {
  const clients = createTestClients(shop, service);
  it.each([
    ["https://shop.example.com", true],
    ["https://www.example.com", true],
    ["https://service.example.com", true],
    ["https://example.com", false],
    ["http://shop.example.com", false],
    ["https://shop.example.com:8443", false],
    ["https://shop.example.com/", false],
    ["https://shop.example.com.evil.example", false],
    ["null", false],
    ["", false],
  ])("%s is known: %s", (origin, isKnown) => {
    expect(clients.isKnownOrigin(origin)).toBe(isKnown);
  });
});
