import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appOrigin, bodyClient, createTestInstance, type TestInstance, testClient } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";

const otherApp = "https://other.example.com";

let instance: TestInstance;
let cookie: string;
beforeAll(async () => {
  const other = { ...testClient, id: "other", origins: [otherApp] };
  instance = await createTestInstance({ config: { clients: [testClient, bodyClient, other] } });
  cookie = `holdfast_session=${(await startSession(instance)).cookie}`;
});
afterAll(() => instance.close());

const ask = (method: string, path: string, headers: Record<string, string>) =>
  fetch(instance.issuer + path, { method, redirect: "manual", headers: { cookie, ...headers } });

const corsOf = (response: Response) => ({
  origin: response.headers.get("access-control-allow-origin"),
  credentials: response.headers.get("access-control-allow-credentials"),
});

const nobody = { origin: null, credentials: null };

const strangers = [
  "https://evil.example",
  "null",
  `${appOrigin}.evil.example`,
  `${appOrigin}0`,
  `${appOrigin}/`,
  appOrigin.replace("http:", "https:"),
  appOrigin.replace("5999", "5998"),
  `http://sub.localhost:5999`,
  `http://user@localhost:5999`,
  `${appOrigin}, ${otherApp}`,
  `${appOrigin} ${otherApp}`,
  "HTTP://LOCALHOST:5999",
  "*",
  "file://",
];

const cookieRoutes: readonly [string, string][] = [
  ["GET", "/session"],
  ["POST", "/refresh"],
  ["POST", "/signin/redeem"],
  ["POST", "/signout"],
];

describe.each(cookieRoutes)("%s %s", (method, path) => {
  it.each(strangers)("tells a page of %s nothing, and does nothing for it", async (origin) => {
    const response = await ask(method, path, { origin });
    expect(response.status).toBe(403);
    expect(corsOf(response)).toEqual(nobody);
    expect(response.headers.getSetCookie()).toEqual([]);
    const preflight = await ask("OPTIONS", path, { origin, "access-control-request-method": method });
    expect(corsOf(preflight)).toEqual(nobody);
    expect(preflight.headers.get("access-control-allow-methods")).toBeNull();
  });

  it.each([appOrigin, otherApp])(
    "answers a page of a client with that very origin, never with a wildcard: %s",
    async (origin) => {
      const preflight = await ask("OPTIONS", path, {
        origin,
        "access-control-request-method": method,
        "access-control-request-headers": "content-type,idempotency-key",
      });
      expect(preflight.status).toBe(204);
      expect(corsOf(preflight)).toEqual({ origin, credentials: "true" });
      expect(preflight.headers.get("access-control-allow-methods")?.split(", ")).toContain(method);
      expect(preflight.headers.get("access-control-allow-headers")).toMatch(/Content-Type.*Idempotency-Key/);
      expect(preflight.headers.get("vary")).toMatch(/\bOrigin\b/);
      expect(preflight.headers.get("set-cookie")).toBeNull();
    },
  );

  it("lets a client's page read a refusal too", async () => {
    const response = await fetch(instance.issuer + path, {
      method,
      headers: { origin: appOrigin, "content-type": "text/plain" },
      ...(method === "POST" ? { body: "x" } : {}),
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(corsOf(response)).toEqual({ origin: appOrigin, credentials: "true" });
    expect(response.headers.get("access-control-expose-headers")).toContain("X-Request-Id");
  });

  it("is the same for a page of our own, and varies by origin for caches", async () => {
    const response = await ask(method, path, { origin: instance.issuer });
    expect(response.status).not.toBe(403);
    expect(response.headers.get("vary")).toMatch(/\bOrigin\b/);
  });
});

describe("what nobody may ask across origins (R2)", () => {
  it.each([
    ["GET", "/"],
    ["GET", "/signin"],
    ["GET", "/signin/practice"],
    ["GET", "/signin/account"],
    ["POST", "/signin/account"],
    ["GET", "/integrations/oauth2/callback"],
    ["GET", "/signout"],
    ["GET", "/signed-out"],
    ["GET", "/errors"],
    ["GET", "/nowhere"],
  ])("%s %s has no CORS headers, for clients either", async (method, path) => {
    cookie = `holdfast_session=${(await startSession(instance)).cookie}`;
    for (const origin of [appOrigin, "https://evil.example"]) {
      const response = await ask(method, path, { origin });
      expect(corsOf(response)).toEqual(nobody);
      const preflight = await ask("OPTIONS", path, { origin, "access-control-request-method": method });
      if (path !== "/signout") expect(corsOf(preflight)).toEqual(nobody);
    }
  });
});

describe("what everybody may read", () => {
  it.each(["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/jwks"])(
    "%s is open to every page, without credentials",
    async (path) => {
      const response = await ask("GET", path, { origin: "https://anyone.example" });
      expect(corsOf(response)).toEqual({ origin: "*", credentials: null });
    },
  );
});
