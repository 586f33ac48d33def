import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestInstance, type TestInstance, testClient } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";

const app = "https://app.example.com";

let instance: TestInstance;
let cookie: string;
beforeAll(async () => {
  const signin = { success: `${app}/`, failed: `${app}/failed` };
  const client = { ...testClient, origins: [app, "https://other.example.com:8443"], signin, signout: {} };
  const keeper = { ...client, id: "keeper", refreshToken: "body" as const, signin: { success: `${app}/back?from=id` } };
  instance = await createTestInstance({ config: { clients: [client, keeper] } });
  cookie = (await startSession(instance)).cookie;
});
afterAll(() => instance.close());

/** None of these is an address on one of the client's origins. */
const elsewhere = [
  "//evil.example",
  "///evil.example",
  "////evil.example/%2e%2e",
  "/\\evil.example",
  "\\\\evil.example",
  "\\/evil.example",
  "/relative",
  "relative",
  "",
  "?query",
  "#fragment",
  "https:evil.example",
  "https:/evil.example",
  "https:\\\\evil.example",
  "https://evil.example",
  "https://evil.example/https://app.example.com",
  "https://evil.example?https://app.example.com/",
  "https://evil.example#https://app.example.com/",
  "https://app.example.com.evil.example/",
  "https://evil-app.example.com/",
  "https://sub.app.example.com/",
  "https://example.com/",
  "https://app.example.com@evil.example/",
  "https://app.example.com:443@evil.example/",
  "https://app.example.com%40evil.example/",
  "https://user@app.example.com/",
  "https://user:password@app.example.com/",
  "https://:@evil.example/",
  "http://app.example.com/",
  "https://app.example.com:8443/",
  "https://app.example.com:80/",
  "https://other.example.com/",
  "https://app.example.com./",
  "https://app.example.com%2eevil.example/",
  "https://app.example.com%00.evil.example/",
  "https://аpp.example.com/",
  "https://app。evil.example/",
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "javascript://app.example.com/%0aalert(1)",
  "data:text/html,<script>alert(1)</script>",
  "vbscript:msgbox(1)",
  "file:///etc/passwd",
  "ftp://app.example.com/",
  "ws://app.example.com/",
  "blob:https://app.example.com/9115d58c-bcda-ff47-86e5-083e9a215304",
  "filesystem:https://app.example.com/temporary/x",
  "view-source:https://app.example.com/",
  "com.example.app:/callback",
  "null",
  "%2f%2fevil.example",
  "https%3a%2f%2fapp.example.com%2f",
  " https://evil.example",
  "https://evil.example\t/",
  "ht\ntps://app.example.com/",
  "https://app.example.com/\r\nLocation: https://evil.example",
  "https://app.example.com/\u0000",
  `https://app.example.com/${"a".repeat(5_000)}`,
] as const;

const asked = (path: string, returnTo: string, init: RequestInit = {}) =>
  fetch(`${instance.issuer}${path}?client_id=app&return_to=${encodeURIComponent(returnTo)}`, {
    redirect: "manual",
    ...init,
  });

describe.each(["/signin", "/signin/practice", "/signin/account", "/signout"])(
  "%s with a return address elsewhere (A17)",
  (path) => {
    it.each(elsewhere)("goes nowhere: %j", async (returnTo) => {
      for (const headers of [{}, { cookie: `holdfast_session=${cookie}` }]) {
        const response = await asked(path, returnTo, { headers });
        expect(response.status).toBe(400);
        expect(response.headers.get("location")).toBeNull();
        expect(await response.json()).toMatchObject({
          code: expect.stringMatching(/^(redirect_not_allowed|invalid_request)$/),
        });
      }
    });
  },
);

describe("POST /signout with a return address elsewhere", () => {
  it.each(elsewhere)("goes nowhere, and signs nobody out: %j", async (returnTo) => {
    const response = await fetch(`${instance.issuer}/signout`, {
      method: "POST",
      redirect: "manual",
      headers: { cookie: `holdfast_session=${cookie}`, origin: app },
      body: new URLSearchParams({ client_id: "app", return_to: returnTo }),
    });
    expect(response.status).toBe(400);
    expect(response.headers.get("location")).toBeNull();
  });

  it("left the session alive", async () => {
    const response = await fetch(`${instance.issuer}/session`, { headers: { cookie: `holdfast_session=${cookie}` } });
    expect(response.status).toBe(200);
  });
});

describe("a return address of the client", () => {
  it.each([
    [`${app}/deep/path?x=1&y=%20#part`, `${app}/deep/path?x=1&y=%20#part`],
    ["https://other.example.com:8443/x", "https://other.example.com:8443/x"],
    ["https://app.example.com:443/x", `${app}/x`],
    ["HTTPS://APP.EXAMPLE.COM/x", `${app}/x`],
    [`${app}/a/../b`, `${app}/b`],
    [`${app}/\\evil.example`, `${app}//evil.example`],
    [`${app}\\@evil.example/`, `${app}/@evil.example/`],
    [`${app}//evil.example`, `${app}//evil.example`],
    [`${app}/?next=https://evil.example`, `${app}/?next=https://evil.example`],
  ])("%s is taken, as the address it is", async (returnTo, expected) => {
    const response = await asked("/signin", returnTo, { headers: { cookie: `holdfast_session=${cookie}` } });
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe(expected);
  });

  it("is not read from other names", async () => {
    for (const name of [
      "next",
      "returnTo",
      "redirect_uri",
      "RelayState",
      "redirect",
      "url",
      "post_logout_redirect_uri",
    ]) {
      const response = await fetch(`${instance.issuer}/signin?client_id=app&${name}=https://evil.example`, {
        redirect: "manual",
        headers: { cookie: `holdfast_session=${cookie}` },
      });
      expect(response.headers.get("location")).toBe(`${app}/`);
    }
  });
});

describe("a one-time code", () => {
  const challenge = "ZtNPunH49FD35FWYhT5Tv8I7vRKQJ8uxMaL0_9eHjNA";
  const askedWithChallenge = (path: string, returnTo: string | null) => {
    const query = new URLSearchParams({
      client_id: "keeper",
      code_challenge: challenge,
      code_challenge_method: "S256",
      ...(returnTo === null ? {} : { return_to: returnTo }),
    });
    const headers = { cookie: `holdfast_session=${cookie}` };
    return fetch(`${instance.issuer}${path}?${query}`, { redirect: "manual", headers });
  };

  it.each([null, `${app}/back?from=id`])("goes to the client's own address for it: %s", async (returnTo) => {
    const location = new URL((await askedWithChallenge("/signin", returnTo)).headers.get("location") ?? "");
    expect(location.origin + location.pathname).toBe(`${app}/back`);
    expect([...location.searchParams.keys()]).toEqual(["from", "code"]);
  });

  // Whoever begins a sign-in for somebody else knows the verifier: a page that hands its address on, by an open redirect
  // or to its statistics, would hand them the session (RFC 9700, section 4.1.3).
  it.each([
    `${app}/`,
    `${app}/back`,
    `${app}/back?from=else`,
    `${app}/back?from=id&next=https://evil.example`,
    `${app}/back?from=id#x`,
    `${app}/back/?from=id`,
    `${app}/BACK?from=id`,
    `${app}/redirect?to=https://evil.example`,
    "https://other.example.com:8443/back?from=id",
  ])("goes to no other page, though it is on an origin of the client's: %s", async (returnTo) => {
    for (const path of ["/signin", "/signin/practice", "/signin/account"]) {
      const response = await askedWithChallenge(path, returnTo);
      expect(response.headers.get("location")).toBeNull();
      expect(await response.json()).toMatchObject({ code: "redirect_not_allowed" });
    }
  });
});
