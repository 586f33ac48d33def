import * as oidc from "openid-client";
import { afterEach, describe, expect, it } from "vitest";
import { createHeadlessBrowser } from "./headless-browser.ts";
import { startUpstream, type Upstream } from "./start-upstream.ts";
import { upstreamPassword } from "./users.ts";

const redirectUri = "http://localhost:4000/integrations/oauth2/callback";

let upstream: Upstream | undefined;

async function start(options: Partial<Parameters<typeof startUpstream>[0]> = {}): Promise<Upstream> {
  upstream = await startUpstream({ redirectUri, ...options });
  return upstream;
}

afterEach(async () => {
  await upstream?.stop();
  upstream = undefined;
});

/** Goes as far as the consent screen, and says yes or no there. */
async function logIn(running: Upstream, username: string, answer: "allow" | "deny") {
  const { issuer, clientId, clientSecret, clockOffsetSeconds } = running;
  const client = { client_secret: clientSecret, [oidc.clockTolerance]: Math.abs(clockOffsetSeconds) + 30 };
  const configuration = await oidc.discovery(new URL(issuer), clientId, client, undefined, {
    execute: [oidc.allowInsecureRequests],
  });
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() };
  const url = oidc.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: "openid profile email offline_access",
    prompt: "consent",
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
  });
  const browser = createHeadlessBrowser();
  const login = await browser.open(url, redirectUri);
  const wrong = await browser.submit(login, "/login", { username, password: "wrong horse" }, redirectUri);
  expect(wrong).toMatchObject({ status: 401, html: expect.stringContaining("Wrong username or password") });
  const consent = await browser.submit(wrong, "/login", { username, password: upstreamPassword }, redirectUri);
  expect(consent.html).toContain("Allow Holdfast?");
  const back = await browser.submit(consent, `/${answer}`, {}, redirectUri);
  return { configuration, checks, back };
}

describe("the upstream provider", () => {
  it("signs somebody in, tells claims at userinfo only, and ends on stop", async () => {
    const running = await start();
    const { configuration, checks, back } = await logIn(running, "margaret", "allow");
    const tokens = await oidc.authorizationCodeGrant(configuration, back.url, checks);

    expect(tokens.claims()).toMatchObject({ iss: running.issuer, sub: "00u1a7" });
    expect(tokens.claims()).not.toHaveProperty("email");
    expect(await oidc.fetchUserInfo(configuration, tokens.access_token, "00u1a7")).toEqual({
      sub: "00u1a7",
      name: "Margaret Hamilton",
      preferred_username: "margaret",
      email: "margaret@apollo.example",
      email_verified: true,
    });
    expect(await oidc.refreshTokenGrant(configuration, String(tokens.refresh_token))).toHaveProperty("access_token");

    await running.stop();
    await expect(fetch(running.issuer)).rejects.toThrow();
    expect(() => process.kill(running.pid, 0)).toThrow("ESRCH");
  });

  it("answers access_denied where consent is denied", async () => {
    const running = await start();
    const { back, checks } = await logIn(running, "somebody.new", "deny");
    expect(Object.fromEntries(back.url.searchParams)).toMatchObject({
      error: "access_denied",
      state: checks.expectedState,
      iss: running.issuer,
    });
  });

  it.each([240, -1200])("lives %i seconds away: its Date header and its tokens", async (clockOffsetSeconds) => {
    const running = await start({ clockOffsetSeconds });
    const secondsAhead = (milliseconds: number) => (milliseconds - Date.now()) / 1000;
    const response = await fetch(`${running.issuer}/.well-known/openid-configuration`);
    const date = secondsAhead(Date.parse(response.headers.get("Date") ?? ""));
    expect(Math.abs(date - clockOffsetSeconds)).toBeLessThan(10);

    const { configuration, checks, back } = await logIn(running, "barbara", "allow");
    const claims = (await oidc.authorizationCodeGrant(configuration, back.url, checks)).claims();
    expect(Math.abs(secondsAhead((claims?.iat ?? 0) * 1000) - clockOffsetSeconds)).toBeLessThan(10);
    expect((claims?.exp ?? 0) - (claims?.iat ?? 0)).toBe(900);
  });

  it("can name another issuer in its answer, where openid-client stops", async () => {
    const { configuration, checks, back } = await logIn(await start({ misbehave: ["wrong-iss"] }), "edsger", "allow");
    expect(back.url.searchParams.get("iss")).toBe("https://someone-else.example");
    await expect(oidc.authorizationCodeGrant(configuration, back.url, checks)).rejects.toThrow();
  });

  it("can name another issuer in its discovery document", async () => {
    const { issuer } = await start({ misbehave: ["wrong-discovery-issuer"] });
    const metadata = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
    expect(metadata).toMatchObject({
      issuer: "https://someone-else.example",
      token_endpoint: `${issuer}/connect/token`,
    });
  });

  it("can answer a web page instead of tokens", async () => {
    const { issuer } = await start({ misbehave: ["garbage"] });
    const answer = await fetch(`${issuer}/connect/token`, { method: "POST" });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("Content-Type")).toContain("text/html");
  });

  it("can keep the token endpoint waiting, and nothing else", async () => {
    const { issuer } = await start({ misbehave: ["slow"] });
    const token = fetch(`${issuer}/connect/token`, { method: "POST", signal: AbortSignal.timeout(500) });
    await expect(token).rejects.toThrow("timeout");
    expect((await fetch(`${issuer}/connect/keys`)).status).toBe(200);
  });

  it("says on stderr what is wrong with its options, and the starter passes it on", async () => {
    await expect(start({ redirectUri: "nowhere" })).rejects.toThrow("--redirect-uri must be a URL");
    await expect(start({ codeTtlSeconds: 0.5 })).rejects.toThrow("--code-ttl-seconds must be a whole number");
  });
});
