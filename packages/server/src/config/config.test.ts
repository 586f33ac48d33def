import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import {
  client,
  goodSecret,
  pathsOf,
  problemsOf,
  productionSettings,
  provider,
  read,
  refusalOf,
} from "./config.testing.ts";
import { parseConfig } from "./index.ts";

describe("an empty configuration in development", () => {
  it("has every default", () => {
    expect(read({})).toMatchObject({
      mode: "development",
      issuer: "http://localhost:4000",
      secure: false,
      port: 4000,
      trustedProxies: 0,
      management: { host: "127.0.0.1" },
      database: { schema: "holdfast", poolSize: 10 },
      data: ".holdfast",
      tokens: { access: 900, refreshIdle: 14 * 86_400, refreshAbsolute: 90 * 86_400, overlap: 30 },
      sessions: { idle: 14 * 86_400, absolute: 90 * 86_400, endOnReuse: true, expiringNotice: 86_400 },
      keys: { rotateEvery: 30 * 86_400, publishAhead: 900 },
      signin: { attempt: 600 },
      feed: { heartbeat: 5, maxFollowers: 5_000 },
      logs: { level: "info" },
      allowSessionCreate: false,
      providers: [],
      clients: [],
    });
  });

  it("takes its issuer from the port", () => {
    expect(read({ port: 5_123 }).issuer).toBe("http://localhost:5123");
  });

  it("lets providers' clocks be five minutes off", () => {
    expect(read({ providers: [provider] }).providers[0]).toMatchObject({ clockTolerance: 300, timeout: 5 });
  });

  it("makes clients public, rotating, with their refresh token in a cookie", () => {
    expect(read({ clients: [client] }).clients[0]).toMatchObject({
      type: "public",
      rotate: true,
      refreshToken: "cookie",
    });
  });
});

describe("a configuration with several problems", () => {
  it("reports all of them at once, each by its name, whatever kind they are", () => {
    const paths = pathsOf(
      {
        issuer: "https://id.example.com/auth",
        tokens: { access: "soon" },
        colour: "red",
        clients: [{ ...client, origins: ["https://app.example.com/x"] }],
      },
      { environment: { PORT: "many", HOLDFAST_SPEED: "fast", HOLDFAST_SECRET_FILE: "/nowhere" } },
    );
    expect(paths.sort()).toEqual(
      [
        "HOLDFAST_SECRET_FILE",
        "HOLDFAST_SPEED",
        "PORT",
        "clients[0].origins[0]",
        "colour",
        "issuer",
        "tokens.access",
      ].sort(),
    );
  });

  it("lists them in its text, with their number", () => {
    expect(refusalOf({ colour: "red", port: -1 })?.detail).toMatch(
      /^The configuration has 2 problems:\n {2}\S+: .+\n {2}\S+: .+$/,
    );
  });
});

const keyed = { ...client, type: "confidential", secret: "a".repeat(24) };

const service = { id: "api", secret: "b".repeat(24) };

describe("contradictions between settings", () => {
  it.each<[string, unknown, string, RegExp]>([
    ["a provider's id used twice", { providers: [provider, provider] }, "providers[1].id", /used twice/],
    ["a client's id used twice", { clients: [client, client] }, "clients[1].id", /used twice/],
    ["a service's id used twice", { services: [service, service] }, "services[1].id", /used twice/],
    [
      "a service named like a client",
      { clients: [client], services: [{ ...service, id: client.id }] },
      "services[0].id",
      /is a client's/,
    ],
    ["a service without a secret", { services: [{ id: "api" }] }, "services[0].secret", /missing/],
    [
      "a service with a short secret",
      { services: [{ ...service, secret: "short" }] },
      "services[0].secret",
      /fewer than 24/,
    ],
    ["a service that may nothing", { services: [{ ...service, may: [] }] }, "services[0].may", /./],
    ["a service that may what nobody can", { services: [{ ...service, may: ["rule"] }] }, "services[0].may[0]", /./],
    ["a provider named like a page", { providers: [{ ...provider, id: "account" }] }, "providers[0].id", /is a page/],
    ["an unknown default provider", { signin: { defaultProvider: "x" } }, "signin.defaultProvider", /not among/],
    [
      "a confidential client without a secret",
      { clients: [{ ...keyed, secret: undefined }] },
      "clients[0].secret",
      /missing/,
    ],
    [
      "a public client with one",
      { clients: [{ ...keyed, type: "public" }] },
      "clients[0].secret",
      /cannot keep a secret/,
    ],
    [
      "a public client that does not rotate",
      { clients: [{ ...client, rotate: false }] },
      "clients[0].rotate",
      /must rotate/,
    ],
    ["a short secret", { secret: "too short" }, "secret", /32 bytes/],
    ["a short former secret", { previousSecrets: [goodSecret, "short"] }, "previousSecrets[1]", /32 bytes/],
  ])("refuses %s", (_, settings, path, message) => {
    expect(problemsOf(settings)).toEqual([{ path, message: expect.stringMatching(message) }]);
  });

  it("lets a confidential client do without rotation", () => {
    expect(pathsOf({ clients: [{ ...keyed, rotate: false }] })).toEqual([]);
  });
});

describe("production", () => {
  const production = { mode: "production" } as const;

  it("accepts what it needs", () => {
    expect(read(productionSettings, production)).toMatchObject({ mode: "production", secure: true });
  });

  it("asks for an issuer, a secret and a provider, all at once, and says how to set them", () => {
    const problems = problemsOf({ clients: [client] }, production);
    expect(problems.map(({ path }) => path).sort()).toEqual(["issuer", "providers", "secret"]);
    const text = problems.map(({ message }) => message).join("\n");
    expect(text).toContain("HOLDFAST_ISSUER");
    expect(text).toContain("HOLDFAST_SECRET");
    expect(text).toContain("openssl rand -base64 32");
  });

  it.each<[string, object, string]>([
    ["an issuer", { issuer: "http://id.example.com" }, "issuer"],
    ["a provider", { providers: [{ ...provider, issuer: "http://idp.example.com" }] }, "providers[0].issuer"],
    ["a client's origin", { clients: [{ ...client, origins: ["http://app.example.com"] }] }, "clients[0].origins[0]"],
    [
      "a success page",
      { clients: [{ ...client, signin: { success: "http://app.example.com" } }] },
      "clients[0].signin.success",
    ],
    [
      "one in capitals",
      { clients: [{ ...client, signin: { success: "HTTP://app.example.com" } }] },
      "clients[0].signin.success",
    ],
    [
      "a failure page",
      { clients: [{ ...client, signin: { ...client.signin, failed: "http://app.example.com" } }] },
      "clients[0].signin.failed",
    ],
    [
      "a signed-out page",
      { clients: [{ ...client, signout: { success: "http://app.example.com" } }] },
      "clients[0].signout.success",
    ],
  ])("refuses %s that is plain http across a network", (_, settings, path) => {
    expect(problemsOf({ ...productionSettings, ...settings }, production)).toEqual([
      { path, message: expect.stringMatching(/https/) },
    ]);
  });

  it.each(["http://localhost:4000", "http://127.0.0.1:4000", "http://[::1]:4000"])("lets %s be http", (issuer) => {
    expect(read({ ...productionSettings, issuer }, production).secure).toBe(false);
  });

  it.each(["http://localhost.example.com", "http://127.0.0.1.example.com", "http://127.0.0.2"])(
    "does not take %s for this machine",
    (issuer) => {
      expect(pathsOf({ ...productionSettings, issuer }, production)).toEqual(["issuer"]);
    },
  );
});

describe("workers", () => {
  const workersOf = (settings: object, mode: "development" | "production") =>
    parseConfig({ ...productionSettings, ...settings }, { mode }).workers;

  it("are one for each processor, four at most", () => {
    expect(workersOf({}, "production")).toBe(Math.min(availableParallelism(), 4));
    expect(workersOf({ workers: "auto" }, "production")).toBe(Math.min(availableParallelism(), 4));
  });

  it("are as many as asked for, also by the environment", () => {
    expect(workersOf({ workers: 7 }, "production")).toBe(7);
    expect(
      parseConfig(productionSettings, { mode: "production", environment: { HOLDFAST_WORKERS: "3" } }).workers,
    ).toBe(3);
  });

  it("are one in development", () => {
    expect(workersOf({ workers: 7 }, "development")).toBe(1);
  });
});

describe("secrets", () => {
  it.each<[string, string, Uint8Array]>([
    ["base64", Buffer.alloc(32, 251).toString("base64"), Buffer.alloc(32, 251)],
    ["base64url", Buffer.alloc(32, 251).toString("base64url"), Buffer.alloc(32, 251)],
    ["text of 32 bytes", "0123456789 0123456789 0123456789", Buffer.from("0123456789 0123456789 0123456789")],
    ["text with umlauts", `ä${"x".repeat(30)}`, Buffer.from(`ä${"x".repeat(30)}`)],
  ])("reads %s", (_, secret, bytes) => {
    expect(read({ secret }).secrets).toEqual([
      expect.toSatisfy((read: Uint8Array) => Buffer.compare(read, bytes) === 0),
    ]);
  });

  it("keeps former secrets behind the current one", () => {
    const former = Buffer.alloc(32, 9).toString("base64");
    const { secrets } = read({ secret: goodSecret, previousSecrets: [former] });
    expect(secrets.map((secret) => secret[0])).toEqual([7, 9]);
  });

  it("come from the development secret only when there is no other", () => {
    const developmentSecret = () => Buffer.alloc(32, 1).toString("base64");
    expect(read({}, { developmentSecret }).secrets[0]?.[0]).toBe(1);
    expect(read({ secret: goodSecret }, { developmentSecret }).secrets[0]?.[0]).toBe(7);
  });
});

it("never repeats a secret in the text of a problem", () => {
  const canary = "canary-Zm9v";
  const error = refusalOf(
    {
      secret: canary,
      previousSecrets: [canary],
      database: { url: `mysql://user:${canary}@db/x` },
      providers: [{ ...provider, clientSecret: [canary] }],
      clients: [
        { ...client, type: "confidential", secret: canary },
        { ...client, secret: { value: canary } },
      ],
    },
    { environment: { HOLDFAST_SECRET: canary, HOLDFAST_CLIENT_APP_SECRET: canary, HOLDFAST_SECRET_PREVIOUS: canary } },
  );
  expect(error?.problems?.length).toBeGreaterThanOrEqual(3);
  expect(`${error?.detail}${JSON.stringify(error?.problems)}`).not.toContain(canary);
});
