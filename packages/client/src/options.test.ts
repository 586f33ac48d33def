import { describe, expect, it } from "vitest";
import type { AuthClientOptions } from "./auth-client.ts";
import { AuthError } from "./auth-error.ts";
import { createAuthClient } from "./create-auth-client.ts";
import { readOptions } from "./options.ts";

const good = { issuer: "https://login.example.com", clientId: "app" };
const read = (options: unknown) => readOptions(options as AuthClientOptions);

describe("options that work", () => {
  it.each([
    "https://login.example.com",
    "https://login.example.com:8443",
    "https://example.com/auth/holdfast",
    "http://localhost:4000",
    "http://login.localhost:4000",
    "http://127.0.0.1:4000",
    "http://[::1]:4000",
  ])("issuer %s", (issuer) => {
    expect(read({ ...good, issuer })).toEqual({
      issuer,
      clientId: "app",
      storage: "cookie",
      scope: `holdfast:${issuer}:app`,
    });
  });

  it.each(["cookie", "local", "memory"])("storage %s", (storage) => {
    expect(read({ ...good, storage }).storage).toBe(storage);
  });
});

describe("options that cannot work are named, with what they should be", () => {
  it.each<[string, unknown, RegExp]>([
    ["no issuer", { clientId: "app" }, /^issuer must be like https.*not undefined/],
    ["an empty issuer", { ...good, issuer: "" }, /^issuer/],
    ["no address", { ...good, issuer: "login" }, /^issuer.*"login"/],
    ["a number", { ...good, issuer: 7 }, /^issuer/],
    ["http", { ...good, issuer: "http://login.example.com" }, /^issuer.*https/],
    ["http that only looks local", { ...good, issuer: "http://localhost.example.com" }, /^issuer/],
    ["a slash at the end", { ...good, issuer: "https://login.example.com/" }, /^issuer.*no slash at its end/],
    ["two", { ...good, issuer: "https://login.example.com//" }, /^issuer/],
    ["a slash after a path", { ...good, issuer: "https://example.com/auth/" }, /^issuer/],
    ["a query", { ...good, issuer: "https://login.example.com?x=1" }, /^issuer/],
    ["a fragment", { ...good, issuer: "https://login.example.com#x" }, /^issuer/],
    ["a password", { ...good, issuer: "https://a:b@login.example.com" }, /^issuer/],
    ["a script", { ...good, issuer: "javascript:alert(1)" }, /^issuer/],
    ["a space", { ...good, issuer: " https://login.example.com" }, /^issuer/],
    ["no client id", { issuer: good.issuer }, /^clientId.*not undefined/],
    ["an empty client id", { ...good, clientId: "" }, /^clientId/],
    ["a client id with a space", { ...good, clientId: "my app" }, /^clientId/],
    ["a client id that is null", { ...good, clientId: null }, /^clientId/],
    ["storage that is none", { ...good, storage: "session" }, /^storage must be cookie, local, memory.*"session"/],
    ["dpop by its name", { ...good, storage: "dpop" }, /^storage.*@holdfast\/client\/dpop/],
  ])("%s", (_what, options, message) => {
    const error = (() => {
      try {
        createAuthClient(options as AuthClientOptions);
        return null;
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toBeInstanceOf(AuthError);
    expect(error).toMatchObject({ code: "config_error", kind: "developer", message: expect.stringMatching(message) });
  });
});
