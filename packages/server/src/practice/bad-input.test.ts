import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestBrowser } from "../testing/browser.ts";
import { authorizationRequest, practiceClient, redirectUri, startPractice } from "./practice.testing.ts";

let practice: Awaited<ReturnType<typeof startPractice>>;

beforeAll(async () => {
  practice = await startPractice();
});

afterAll(async () => {
  await practice.close();
  expect(practice.errors).toEqual([]);
});

/** A browser on the sign-in page. */
async function openSignIn() {
  const browser = createTestBrowser();
  const { url, checks } = await authorizationRequest(practice);
  return { browser, checks, page: await browser.open(url) };
}

describe("an authorization request that cannot be trusted gets a page, never a redirect", () => {
  it.each([
    ["an unknown client", { client_id: "stranger" }, "invalid_client"],
    ["a client id with markup", { client_id: "<script>" }, "invalid_client"],
    ["another redirect URI", { redirect_uri: "http://localhost:4000/elsewhere" }, "invalid_redirect_uri"],
    ["a redirect URI with a query", { redirect_uri: `${redirectUri}?a=b` }, "invalid_redirect_uri"],
    ["a redirect URI with a trailing slash", { redirect_uri: `${redirectUri}/` }, "invalid_redirect_uri"],
    [
      "a redirect URI on another host",
      { redirect_uri: redirectUri.replace("localhost", "localhost.evil.example") },
      "invalid_redirect_uri",
    ],
    ["no redirect URI that is one", { redirect_uri: "javascript:alert(1)" }, "invalid_redirect_uri"],
  ])("%s", async (_case, parameters, code) => {
    const { url } = await authorizationRequest(practice, parameters);
    const response = await createTestBrowser().request(url);
    const html = await response.text();
    expect(response.status).toBe(400);
    expect(response.headers.get("Location")).toBeNull();
    expect(html).toContain(`<code>${code}</code>`);
    expect(html).not.toContain("<script>");
  });
});

describe("an authorization request that is merely wrong goes back with its state and issuer", () => {
  it.each([
    ["an unknown response type", { response_type: "token" }, "unsupported_response_type"],
    ["a plain PKCE challenge", { code_challenge_method: "plain" }, "invalid_request"],
    ["an unknown prompt", { prompt: "dance" }, "invalid_request"],
    ["prompt=none with another", { prompt: "none login" }, "invalid_request"],
  ])("%s", async (_case, parameters, error) => {
    const { url, checks } = await authorizationRequest(practice, parameters);
    const back = await createTestBrowser().open(url, redirectUri);
    // Response types with a token answer in the fragment (OAuth 2.0 Multiple Response Types, section 5).
    const answer = new URLSearchParams(back.url.search || back.url.hash.slice(1));
    expect(Object.fromEntries(answer)).toMatchObject({ error, state: checks.expectedState, iss: practice.issuer });
  });
});

describe("the sign-in form", () => {
  it("goes back with access_denied on Cancel, and signs nobody in", async () => {
    const { browser, checks, page } = await openSignIn();
    const back = await browser.submit(page, { answer: "cancel", person: "ada-lovelace" }, redirectUri);
    expect(Object.fromEntries(back.url.searchParams)).toMatchObject({
      error: "access_denied",
      state: checks.expectedState,
      iss: practice.issuer,
    });
    const { url } = await authorizationRequest(practice, { prompt: "none" });
    expect((await browser.open(url, redirectUri)).url.searchParams.get("error")).toBe("login_required");
  });

  it.each([
    ["nobody", {}],
    ["an unknown person", { person: "mallory" }],
    ["an e-mail instead of a subject", { person: "ada@example.com" }],
    ["a property of every object", { person: "__proto__" }],
    ["an unknown answer", { answer: "yes" }],
  ])("shows the list again for %s, and still works", async (_case, fields) => {
    const { browser, page } = await openSignIn();
    const again = await browser.submit(page, fields as Record<string, string>);
    expect(again.response?.status).toBe(400);
    expect(again.html).toContain("not on the list");
    const back = await browser.submit(again, { person: "ada-lovelace" }, redirectUri);
    expect(back.url.searchParams.get("code")).toBeTruthy();
  });

  it.each([
    ["JSON", { body: '{"person":"ada-lovelace"}', headers: { "Content-Type": "application/json" } }, 415],
    ["no body", { headers: {} }, 415],
    ["5 kB", { body: new URLSearchParams({ person: "x".repeat(5000) }) }, 413],
  ])("refuses %s with %s", async (_case, init, status) => {
    const { browser, page } = await openSignIn();
    const response = await browser.request(page.url, { method: "POST", ...init });
    expect(response.status).toBe(status);
    expect(await response.text()).toContain("invalid_request");
  });

  it("takes no other method", async () => {
    const { browser, page } = await openSignIn();
    const response = await browser.request(page.url, { method: "DELETE" });
    expect(response.status).toBe(405);
    expect(response.headers.get("Allow")).toBe("GET, HEAD, POST");
  });
});

describe("a sign-in that is not this browser's", () => {
  const unknown = "This sign-in is not known";

  it.each([
    ["made up", (url: URL) => new URL("/sign-in/made-up", url)],
    ["empty", (url: URL) => new URL("/sign-in/", url)],
    ["longer", (url: URL) => new URL(`${url.pathname}x`, url)],
    ["with something behind it", (url: URL) => new URL(`${url.pathname}/x`, url)],
  ])("is refused when the id is %s", async (_case, tamper) => {
    const { browser, page } = await openSignIn();
    for (const init of [{}, { method: "POST", body: new URLSearchParams({ person: "ada-lovelace" }) }]) {
      const response = await browser.request(tamper(page.url), init);
      expect(response.status).toBe(400);
      expect(await response.text()).toContain(unknown);
    }
  });

  it("is refused when the id is another sign-in's, even one of this browser", async () => {
    const { browser, page } = await openSignIn();
    const other = await openSignIn();
    const response = await fetch(other.page.url, {
      method: "POST",
      headers: { Cookie: browser.cookieHeader(page.url) },
      body: new URLSearchParams({ person: "ada-lovelace" }),
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(unknown);
  });

  it("is refused in a browser that did not begin it", async () => {
    const { page } = await openSignIn();
    const response = await createTestBrowser().request(page.url);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(unknown);
  });

  it("is refused once it was answered", async () => {
    const { browser, page } = await openSignIn();
    await browser.submit(page, { person: "ada-lovelace" }, redirectUri);
    const again = await browser.submit(page, { person: "ada-lovelace" });
    expect(again.response?.status).toBe(400);
    expect(again.html).toContain(unknown);
  });
});

describe("the token endpoint", () => {
  async function redeem(code: string, verifier: string, secret: string) {
    const response = await fetch(`${practice.issuer}/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "authorization_code",
        code,
        redirect_uri: redirectUri,
        code_verifier: verifier,
        client_id: practiceClient.clientId,
        client_secret: secret,
      }),
    });
    return { status: response.status, ...((await response.json()) as { error?: string }) };
  }

  it("refuses a wrong secret, then takes the right one, then refuses the used code", async () => {
    const { browser, checks, page } = await openSignIn();
    const back = await browser.submit(page, { person: "ada-lovelace" }, redirectUri);
    const code = back.url.searchParams.get("code") ?? "";
    const answers = [];
    for (const secret of ["wrong", practiceClient.clientSecret, practiceClient.clientSecret]) {
      answers.push(await redeem(code, checks.pkceCodeVerifier, secret));
    }
    expect(answers).toMatchObject([
      { status: 401, error: "invalid_client" },
      { status: 200 },
      { status: 400, error: "invalid_grant" },
    ]);
  });
});
