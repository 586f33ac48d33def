import { describe, expect, it } from "vitest";
import type { HoldfastOptions } from "./options.ts";
import { parseSettings } from "./settings.ts";

const good: HoldfastOptions = {
  issuer: "https://id.example.com",
  appUrl: "https://app.example.com",
  clientId: "web",
  audience: "https://api.example.com",
  cookieSecret: "x".repeat(32),
};

describe("the settings", () => {
  it("come from the environment where the options leave them out", () => {
    const settings = parseSettings(
      { clientId: "web" },
      {
        HOLDFAST_ISSUER: "http://localhost:4000",
        HOLDFAST_CLIENT_ID: "another",
        HOLDFAST_CLIENT_SECRET: "",
        HOLDFAST_AUDIENCE: "https://one.example.com https://two.example.com",
        HOLDFAST_APP_URL: "http://localhost:3000/",
        HOLDFAST_COOKIE_SECRET: "n".repeat(32),
        HOLDFAST_COOKIE_SECRET_PREVIOUS: "o".repeat(32),
      },
    );
    expect(settings).toMatchObject({
      issuer: "http://localhost:4000",
      clientId: "web",
      clientSecret: null,
      audience: ["https://one.example.com", "https://two.example.com"],
      appOrigin: "http://localhost:3000",
      isSecure: false,
      cookieSecrets: ["n".repeat(32), "o".repeat(32)],
      authPath: "/auth",
      followsFeed: true,
    });
  });

  it("name everything that is wrong at once", () => {
    expect(() => parseSettings({}, {})).toThrow(
      /issuer \(HOLDFAST_ISSUER\).*clientId.*audience.*appUrl.*cookieSecret \(HOLDFAST_COOKIE_SECRET\)/,
    );
  });

  it.each<[string, HoldfastOptions]>([
    ["an issuer without TLS", { issuer: "http://id.example.com" }],
    ["an issuer with a query", { issuer: "https://id.example.com/?a" }],
    ["an app without TLS", { appUrl: "http://app.example.com" }],
    ["an app below a path", { appUrl: "https://example.com/app" }],
    ["an app with a password", { appUrl: "https://ada:secret@example.com" }],
    ["no audience", { audience: [] }],
    ["an empty audience", { audience: [""] }],
    ["a client id that no cookie's name takes", { clientId: "web;app" }],
    ["a secret of 31 bytes", { cookieSecret: "x".repeat(31) }],
    ["a second secret that is too short", { cookieSecret: ["x".repeat(32), "short"] }],
    ["no secret", { cookieSecret: [] }],
    ["handlers at the root", { authPath: "/" }],
    ["handlers elsewhere", { authPath: "https://evil.example/auth" }],
    ["a way out that leads elsewhere", { afterSignOut: "//evil.example" }],
    ["a way in that leads elsewhere", { afterSignIn: "/\\evil.example" }],
    ["a page for failures elsewhere", { signInFailed: "https://evil.example" }],
    ["an unknown way to hear of revocations", { revocation: "never" as "feed" }],
  ])("refuse %s", (_case, wrong) => {
    expect(() => parseSettings({ ...good, ...wrong }, {})).toThrow(TypeError);
    expect(() => parseSettings(good, {})).not.toThrow();
  });
});
