import { describe, expect, it } from "vitest";
import { proveClient } from "./client-authentication.ts";

const endpoints = {
  issuer: "https://id.example.com",
  tokenEndpoint: "https://id.example.com/token",
  deviceAuthorizationEndpoint: null,
  revocationEndpoint: null,
  authMethods: [],
};

describe("a client's proof", () => {
  it("is a form-encoded pair in the Authorization header", async () => {
    const { headers, parameters } = await proveClient({ clientId: "a:b", clientSecret: "c d%+é" }, endpoints);
    expect(atob(headers.authorization?.slice("Basic ".length) ?? "")).toBe("a%3Ab:c+d%25%2B%C3%A9");
    expect(parameters).toEqual({});
  });

  it.each([
    [["client_secret_post"], undefined, "post"],
    [["client_secret_basic", "client_secret_post"], undefined, "basic"],
    [["none"], undefined, "basic"],
    [["client_secret_post"], "client_secret_basic" as const, "basic"],
    [[], "client_secret_post" as const, "post"],
  ])("goes by what the server offers (%j) unless told (%s): %s", async (authMethods, authMethod, way) => {
    const proof = await proveClient({ clientId: "a", clientSecret: "s", authMethod }, { ...endpoints, authMethods });
    expect(proof.parameters).toEqual(way === "post" ? { client_id: "a", client_secret: "s" } : {});
    expect("authorization" in proof.headers).toBe(way === "basic");
  });

  it("is an assertion, made for this issuer", async () => {
    const clientAssertion = ({ issuer, tokenEndpoint }: { issuer: string | null; tokenEndpoint: string }) =>
      `jwt for ${issuer} and ${tokenEndpoint}`;
    const { parameters, secrets } = await proveClient({ clientId: "a", clientAssertion }, endpoints);
    expect(parameters).toEqual({
      client_id: "a",
      client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
      client_assertion: "jwt for https://id.example.com and https://id.example.com/token",
    });
    expect(secrets).toEqual([parameters.client_assertion]);
  });

  it("is its name alone, for a public client", async () => {
    expect(await proveClient({ clientId: "a" }, endpoints)).toMatchObject({
      headers: {},
      parameters: { client_id: "a" },
    });
  });
});
