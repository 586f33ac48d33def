import { decodeProtectedHeader } from "jose";
import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { createTestBrowser, type TestBrowser } from "../testing/browser.ts";
import { authorizationRequest, practiceClient, redirectUri, startPractice } from "./practice.testing.ts";

let practice: Awaited<ReturnType<typeof startPractice>>;

beforeAll(async () => {
  practice = await startPractice({
    clients: [practiceClient, { ...practiceClient, clientId: "other", idTokenSigningAlgorithm: "RS256" }],
  });
});

afterAll(async () => {
  await practice.close();
  expect(practice.errors).toEqual([]);
});

/** Signs in as somebody and redeems the code; the page is skipped where the browser is still signed in. */
async function signIn(browser: TestBrowser, person: string, parameters: Record<string, string> = {}) {
  const { configuration, checks, url } = await authorizationRequest(practice, parameters);
  const maxAge = parameters.max_age === undefined ? {} : { maxAge: Number(parameters.max_age) };
  let visit = await browser.open(url, redirectUri);
  const asked = visit.html !== "";
  if (asked) visit = await browser.submit(visit, { person }, redirectUri);
  const tokens = await oidc.authorizationCodeGrant(configuration, visit.url, { ...checks, ...maxAge });
  return { configuration, tokens, asked, claims: tokens.claims() };
}

describe("signing in", () => {
  it("takes one click, and tells who it was in the ID token and at userinfo", async () => {
    const { configuration, tokens, claims } = await signIn(createTestBrowser(), "ada-lovelace");

    const expected = {
      sub: "ada-lovelace",
      name: "Ada Lovelace",
      given_name: "Ada",
      family_name: "Lovelace",
      email: "ada@example.com",
      email_verified: true,
    };
    expect(claims).toMatchObject({ ...expected, iss: practice.issuer, aud: "holdfast" });
    expect(await oidc.fetchUserInfo(configuration, tokens.access_token, "ada-lovelace")).toEqual(expected);
  });

  it.each([
    ["ES256", "holdfast"],
    ["RS256", "other"],
  ])("signs the ID token with %s for a client that is registered so", async (algorithm, client_id) => {
    const { tokens } = await signIn(createTestBrowser(), "ada-lovelace", { client_id });
    expect(decodeProtectedHeader(String(tokens.id_token)).alg).toBe(algorithm);
  });

  it("says where an e-mail is not verified", async () => {
    const { claims } = await signIn(createTestBrowser(), "paul-erdos");
    expect(claims).toMatchObject({ name: "Paul Erdős", email_verified: false });
  });

  it("redirects with 303 after the click, so that the form is not sent on to the application", async () => {
    const browser = createTestBrowser();
    const page = await browser.open((await authorizationRequest(practice)).url);
    const answer = await browser.request(page.url, {
      method: "POST",
      body: new URLSearchParams({ person: "ada-lovelace" }),
    });
    expect(answer.status).toBe(303);
  });

  it("refuses a code whose PKCE verifier is another", async () => {
    const { configuration, checks, url } = await authorizationRequest(practice);
    const browser = createTestBrowser();
    const back = await browser.submit(await browser.open(url), { person: "ada-lovelace" }, redirectUri);

    const redeeming = oidc.authorizationCodeGrant(configuration, back.url, {
      ...checks,
      pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
    });
    await expect(redeeming).rejects.toMatchObject({ error: "invalid_grant" });
  });

  it("sets cookies that carry its port in their names, as localhost's cookies are shared by all ports", async () => {
    const browser = createTestBrowser();
    await signIn(browser, "ada-lovelace");
    expect(browser.cookieNames.length).toBeGreaterThan(0);
    for (const name of browser.cookieNames) expect(name).toMatch(new RegExp(`^practice_${practice.port}_`));
  });
});

describe("a second sign-in", () => {
  it("asks nothing", async () => {
    const browser = createTestBrowser();
    await signIn(browser, "grace-hopper");
    const second = await signIn(browser, "nobody");
    expect(second.asked).toBe(false);
    expect(second.claims?.sub).toBe("grace-hopper");
  });

  it.each(["login", "select_account", "select_account login"])("asks with prompt=%s, and only once", async (prompt) => {
    const browser = createTestBrowser();
    await signIn(browser, "grace-hopper");
    const second = await signIn(browser, "grace-hopper", { prompt });
    expect(second.asked).toBe(true);
    expect(second.claims?.sub).toBe("grace-hopper");
  });

  it("asks nothing with prompt=consent: there is no consent screen", async () => {
    const browser = createTestBrowser();
    await signIn(browser, "grace-hopper");
    expect((await signIn(browser, "nobody", { prompt: "consent" })).asked).toBe(false);
  });

  it("asks when max_age has passed, and not before", async () => {
    const browser = createTestBrowser();
    const signedInAt = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now: signedInAt });
    onTestFinished(() => void vi.useRealTimers());
    await signIn(browser, "grace-hopper");
    vi.setSystemTime(signedInAt + 60_000);
    expect((await signIn(browser, "nobody", { max_age: "60" })).asked).toBe(false);
    vi.setSystemTime(signedInAt + 61_000);
    expect((await signIn(browser, "grace-hopper", { max_age: "60" })).asked).toBe(true);
  });

  it("as somebody else needs no script and leaves the first person's refresh token alone", async () => {
    const browser = createTestBrowser();
    const offline = { scope: "openid offline_access" };
    const first = await signIn(browser, "grace-hopper", offline);
    const second = await signIn(browser, "alan-turing", { prompt: "select_account" });
    expect(second.claims?.sub).toBe("alan-turing");

    const refreshed = await oidc.refreshTokenGrant(first.configuration, String(first.tokens.refresh_token));
    expect(refreshed.claims()?.sub).toBe("grace-hopper");
    expect((await signIn(browser, "nobody")).claims?.sub).toBe("alan-turing");
  });

  it("marks who is signed in, whose e-mail is not verified, and whom the application expects", async () => {
    const browser = createTestBrowser();
    await signIn(browser, "grace-hopper");
    const { url } = await authorizationRequest(practice, { prompt: "login", login_hint: "paul@example.com" });
    const { html } = await browser.open(url);
    const badgesOf = (sub: string) =>
      [...(html.split(`value="${sub}"`)[1]?.split("</button>")[0] ?? "").matchAll(/badge">([^<]+)/g)].map(([, b]) => b);
    expect(badgesOf("grace-hopper")).toEqual(["signed in now"]);
    expect(badgesOf("paul-erdos")).toEqual(["e-mail not verified", "expected by the app"]);
    expect(badgesOf("ada-lovelace")).toEqual([]);
  });
});

describe("prompt=none", () => {
  it("answers login_required without a page where nobody is signed in", async () => {
    const { url } = await authorizationRequest(practice, { prompt: "none" });
    const back = await createTestBrowser().open(url, redirectUri);
    expect(back.url.searchParams.get("error")).toBe("login_required");
  });

  it("signs in silently, without a new refresh token", async () => {
    const browser = createTestBrowser();
    await signIn(browser, "ada-lovelace");
    const silent = await signIn(browser, "nobody", { prompt: "none", scope: "openid offline_access" });
    expect(silent.claims?.sub).toBe("ada-lovelace");
    expect(silent.tokens.refresh_token).toBeUndefined();
  });
});

describe("refresh tokens", () => {
  it("come with offline_access only", async () => {
    expect((await signIn(createTestBrowser(), "ada-lovelace")).tokens.refresh_token).toBeUndefined();
  });

  it("rotate, and a used one ends the lineage", async () => {
    const scope = "openid email offline_access";
    const { configuration, tokens } = await signIn(createTestBrowser(), "ada-lovelace", { scope });
    const first = String(tokens.refresh_token);
    const refreshed = await oidc.refreshTokenGrant(configuration, first);
    const second = String(refreshed.refresh_token);
    expect(second).not.toBe(first);
    expect(refreshed.claims()).toMatchObject({ sub: "ada-lovelace", email: "ada@example.com" });

    const refused = { error: "invalid_grant" };
    await expect(oidc.refreshTokenGrant(configuration, first)).rejects.toMatchObject(refused);
    await expect(oidc.refreshTokenGrant(configuration, second)).rejects.toMatchObject(refused);
  });

  it("can be revoked", async () => {
    const scope = "openid offline_access";
    const { configuration, tokens } = await signIn(createTestBrowser(), "ada-lovelace", { scope });
    const token = String(tokens.refresh_token);
    await oidc.tokenRevocation(configuration, token);
    await expect(oidc.refreshTokenGrant(configuration, token)).rejects.toMatchObject({ error: "invalid_grant" });
  });
});

describe("signing out", () => {
  it("asks, forgets the person and returns to the application with its state", async () => {
    const browser = createTestBrowser();
    const { configuration, tokens } = await signIn(browser, "ada-lovelace");
    const [returnTo] = practiceClient.postLogoutRedirectUris;
    const url = oidc.buildEndSessionUrl(configuration, {
      id_token_hint: String(tokens.id_token),
      post_logout_redirect_uri: returnTo,
      state: "kept",
    });
    const page = await browser.open(url);
    expect(page.html).toContain("Sign out here too?");
    const back = await browser.submit(page, { logout: "yes" }, returnTo);
    expect(back.url.href).toBe(`${returnTo}?state=kept`);
    expect((await signIn(browser, "ada-lovelace")).asked).toBe(true);
  });

  it.each([
    ["Sign out", { logout: "yes" }, "You are signed out", true],
    ["Stay signed in", {}, "You are still signed in here", false],
  ])("without a return address, %s ends on a plain page", async (_button, fields, heading, asksAgain) => {
    const browser = createTestBrowser();
    const { configuration, tokens } = await signIn(browser, "ada-lovelace");
    const url = oidc.buildEndSessionUrl(configuration, { id_token_hint: String(tokens.id_token) });
    const end = await browser.submit(await browser.open(url), fields as Record<string, string>);
    expect(end.html).toContain(heading);
    expect((await signIn(browser, "ada-lovelace")).asked).toBe(asksAgain);
  });
});
