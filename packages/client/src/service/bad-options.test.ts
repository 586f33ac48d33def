import { describe, expect, it } from "vitest";
import { createDeviceSession } from "./device-session.ts";
import { createFileStorage } from "./file-storage.ts";
import { createServiceTokens } from "./service-tokens.ts";
import { createMemoryStorage } from "./session-storage.ts";

const service = { issuer: "https://id.example.com", clientId: "reports", clientSecret: "hush" };
const device = { issuer: "https://id.example.com", clientId: "sensor", storage: createMemoryStorage() };

function complaint(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    expect(error).toMatchObject({ name: "AuthError", code: "config_error", kind: "developer" });
    return (error as Error).message;
  }
  return "none";
}

type Options = Record<string, unknown>;

const shared: ReadonlyArray<[string, Options]> = [
  ["issuer must be", { issuer: "id.example.com" }],
  ["issuer must be", { issuer: "http://id.example.com" }],
  ["issuer must be", { issuer: "https://id.example.com?x=1" }],
  ["issuer must be", { issuer: "https://user:pass@id.example.com" }],
  ["issuer must be", { issuer: "javascript:alert(1)" }],
  ["issuer must be", { issuer: null }],
  ["clientId must be", { clientId: "" }],
  ["clientId must be", { clientId: undefined }],
  ["clientId must be", { clientId: 7 }],
  ["clientSecret must be", { clientSecret: "" }],
  ["clientSecret must be", { clientSecret: { value: "hush" } }],
  ["clientAssertion must be", { clientSecret: undefined, clientAssertion: "eyJ" }],
  ["exclude each other", { clientSecret: "hush", clientAssertion: () => "eyJ" }],
  ["authMethod must be", { authMethod: "none" }],
  ["scope must be", { scope: "" }],
  ["scope must be", { scope: ["a", "b"] }],
  ["scope must be", { scope: "a  b" }],
  ["scope must be", { scope: 'a"b' }],
  ["resource must be", { resource: "api" }],
  ["resource must be", { resource: ["https://api.example.com", "https://api.example.com#x"] }],
  ["requestTimeoutMs must be", { requestTimeoutMs: 0 }],
  ["requestTimeoutMs must be", { requestTimeoutMs: Number.NaN }],
  ["requestTimeoutMs must be", { requestTimeoutMs: "10s" }],
];

describe("createServiceTokens", () => {
  it.each([
    ...shared,
    ["either issuer or tokenEndpoint", { issuer: undefined }],
    ["either issuer or tokenEndpoint", { tokenEndpoint: "https://id.example.com/token" }],
    ["tokenEndpoint must be", { issuer: undefined, tokenEndpoint: "http://id.example.com/token" }],
    ["clientSecret or clientAssertion must be given", { clientSecret: undefined }],
    ["maxWaitMs must be", { maxWaitMs: -1 }],
  ] as Array<[string, Options]>)("refuses, saying %s: %j", (problem, changes) => {
    const message = complaint(() => createServiceTokens({ ...service, ...changes } as never));
    expect(message).toContain(problem);
    expect(message).not.toContain("hush");
  });

  it("names every problem at once", () => {
    const message = complaint(() => createServiceTokens({} as never));
    expect(message).toContain("issuer");
    expect(message).toContain("clientId");
    expect(message).toContain("clientSecret");
  });

  it.each([
    {},
    { issuer: "http://localhost:4000" },
    { issuer: "http://[::1]:4000" },
    { issuer: undefined, tokenEndpoint: "https://id.example.com/token?tenant=1" },
    { maxWaitMs: Number.POSITIVE_INFINITY },
    { clientSecret: undefined, clientAssertion: () => "eyJ" },
  ])("takes %j", (changes) => {
    expect(complaint(() => createServiceTokens({ ...service, ...changes } as never))).toBe("none");
  });
});

describe("createDeviceSession", () => {
  it.each([
    ...shared,
    ["either issuer or endpoints", { issuer: undefined }],
    ["either issuer or endpoints", { endpoints: { token: "https://id.example.com/token" } }],
    ["endpoints.token must be", { issuer: undefined, endpoints: {} }],
    ["endpoints.token must be", { issuer: undefined, endpoints: null }],
    [
      "endpoints.revocation must be",
      { issuer: undefined, endpoints: { token: "https://a.example", revocation: "/r" } },
    ],
    ["storage must have", { storage: undefined }],
    ["storage must have", { storage: "/var/lib/session.json" }],
    ["storage must have", { storage: { read() {} } }],
  ] as Array<[string, Options]>)("refuses, saying %s: %j", (problem, changes) => {
    expect(complaint(() => createDeviceSession({ ...device, ...changes } as never))).toContain(problem);
  });

  it("takes a client without a secret", () => {
    expect(complaint(() => createDeviceSession(device))).toBe("none");
  });
});

it("refuses a file without a name", () => {
  expect(complaint(() => createFileStorage(""))).toContain("path");
});
