import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOddInstance, type OddInstance, type Oddities, sendJson } from "../providers/odd-provider.testing.ts";
import type { TestBrowser } from "../testing/browser.ts";
import { appOrigin, bodyClient, createTestInstance, type TestInstance, testClient } from "../testing/instance.ts";
import { signInAs } from "../testing/sign-in.ts";

const backendSecret = "canary-client-secret-0123456789";
const clients = [
  testClient,
  bodyClient,
  { ...bodyClient, id: "backend", type: "confidential" as const, secret: backendSecret },
];
const verifier = "canary-verifier-".padEnd(43, "v");
const challenge = createHash("sha256").update(verifier).digest("base64url");

/** Everything that a browser was given or sent, that could be used by someone else. */
function createSecretCollector() {
  const secrets = new Set<string>();
  const add = (value: string | null | undefined) => {
    if (value && value.length >= 16) secrets.add(value);
  };
  return {
    secrets,
    add,
    watch(browser: TestBrowser): TestBrowser {
      return {
        ...browser,
        async request(url, init) {
          const response = await browser.request(url, init);
          for (const line of response.headers.getSetCookie()) add(line.split(";")[0]?.split("=")[1]);
          for (const address of [String(url), response.headers.get("location") ?? ""]) {
            if (!URL.canParse(address)) continue;
            for (const name of ["code", "state", "nonce", "code_challenge"])
              add(new URL(address).searchParams.get(name));
          }
          return response;
        },
      };
    },
  };
}

/** Walks redirects by hand, so that every one is seen. */
async function walk(browser: TestBrowser, start: string): Promise<URL> {
  let url = start;
  for (let i = 0; i < 10 && !url.startsWith(appOrigin); i++) {
    const location = (await browser.request(url)).headers.get("location");
    if (location === null) break;
    url = new URL(location, url).href;
  }
  return new URL(url);
}

async function expectSilence(instance: TestInstance, secrets: Iterable<string>) {
  const log = instance.logged.join("");
  const events = JSON.stringify(await instance.sql("select * from events"));
  expect(log).toContain("answered");
  for (const secret of secrets) {
    expect(log.includes(secret), `in the log: ${secret}`).toBe(false);
    expect(events.includes(secret), `in the events: ${secret}`).toBe(false);
  }
}

const post = async (address: string, body: Record<string, string>, headers: Record<string, string> = {}) => {
  const response = await fetch(address, { method: "POST", headers, body: new URLSearchParams(body) });
  return (await response.json()) as Record<string, string>;
};

describe("the log and the events (R3)", () => {
  let odd: OddInstance;
  const { secrets, add, watch } = createSecretCollector();
  beforeAll(async () => {
    odd = await createOddInstance({ clients }, { clientSecret: "canary-upstream-secret" });
  });
  afterAll(() => odd.close());

  async function signOn(oddities: Oddities = {}, query = "client_id=app") {
    odd.provider.behave(oddities);
    const browser = watch(odd.instance.browser());
    return { browser, url: await walk(browser, `${odd.instance.issuer}/signin?${query}`) };
  }

  it("hold no secret of a good sign-in, its refreshes and its end", async () => {
    const { issuer } = odd.instance;
    const { browser, url } = await signOn();
    expect(url.origin).toBe(appOrigin);
    const answer = await post(
      `${issuer}/refresh`,
      { client_id: "app" },
      { cookie: browser.cookieHeader(`${issuer}/refresh`) },
    );
    add(answer.access_token);
    const pkce = `code_challenge=${challenge}&code_challenge_method=S256&state=canary-client-state-0123`;
    const body = await walk(browser, `${issuer}/signin?client_id=device&${pkce}`);
    const redeemed = await post(`${issuer}/signin/redeem`, {
      client_id: "device",
      code: body.searchParams.get("code") ?? "",
      code_verifier: verifier,
    });
    expect(redeemed.access_token).toBeDefined();
    const refreshed = await post(`${issuer}/refresh`, {
      client_id: "device",
      refresh_token: redeemed.refresh_token ?? "",
    });
    for (const given of [redeemed, refreshed]) [given.access_token, given.refresh_token].forEach(add);
    await post(`${issuer}/signout`, { client_id: "app" }, { cookie: browser.cookieHeader(issuer) });
    expect(secrets.size).toBeGreaterThan(12);
    await expectSilence(odd.instance, [...secrets, ...odd.provider.secrets, verifier]);
  });

  it("hold no secret of what was refused", async () => {
    const { issuer } = odd.instance;
    const { browser } = await signOn();
    for (const body of [
      { client_id: "app", refresh_token: "hf_rt_canary-refused-token-0123" },
      { client_id: "backend", client_secret: "canary-wrong-secret-0123", refresh_token: "canary-refused-token-0123" },
      { client_id: "nobody", refresh_token: "canary-refused-token-0123" },
      { client_id: "device", code: "canary-refused-code-0123", code_verifier: verifier },
    ]) {
      await post(`${issuer}/refresh`, body, { "idempotency-key": "canary-idempotency-key" });
      await post(`${issuer}/signin/redeem`, body, { authorization: "Bearer canary-authorization" });
      await post(`${issuer}/signin/redeem`, body);
    }
    for (const text of [
      '{"refresh_token":"canary-json-token-0123"x',
      "canary-json-token-0123",
      '{"code":["canary-json-token-0123"]}',
    ]) {
      for (const path of ["/refresh", "/signin/redeem", "/signout"]) {
        await fetch(issuer + path, { method: "POST", headers: { "content-type": "application/json" }, body: text });
      }
    }
    await browser.request(
      `${issuer}/integrations/oauth2/callback?code=canary-callback-code&state=canary-callback-state`,
    );
    await browser.request(`${issuer}/signin?client_id=app&return_to=https://evil.example/?canary-return-to`);
    await fetch(`${issuer}/session?access_token=canary-query-token`, {
      headers: { cookie: "holdfast_session=canary-cookie" },
    });
    await expectSilence(odd.instance, [...secrets, ...odd.provider.secrets, "canary-", verifier]);
  });

  it.each<[string, Oddities]>([
    ["an answer without a token type", { answer: { token_type: undefined } }],
    ["an answer with a token type nobody knows", { answer: { token_type: "purple" } }],
    ["an answer with a time that is none", { answer: { expires_in: "purple" } }],
    ["an answer with an ID token that is none", { answer: { id_token: "canary-half.of-a-token" } }],
    ["an encrypted ID token", { answer: { id_token: "canary-a.b.c.d.canary-e" } }],
    [
      "an ID token whose claims are no JSON",
      { answer: { id_token: `eyJhbGciOiJFUzI1NiJ9.${btoa("canary-claims")}.c` } },
    ],
    ["another nonce", { claims: { nonce: "canary-nonce" } }],
    ["another audience", { claims: { aud: "canary-audience" } }],
    ["an expired ID token", { claims: { exp: 1 } }],
    ["an unknown key", { header: { kid: "purple" } }],
    ["user info of somebody else", { userInfo: { sub: "canary-subject" } }],
    [
      "an answer that is no JSON",
      {
        takeOver: {
          "/token": (_request, response) =>
            void response
              .writeHead(200, { "content-type": "application/json" })
              .end('{"access_token":"canary-broken-token"x'),
        },
      },
    ],
    [
      "a refusal that repeats what was sent",
      {
        takeOver: {
          "/token": (_request, response) =>
            sendJson(response, 400, {
              error: "invalid_grant",
              code: "canary-echo",
              error_uri: "https://x/?canary-echo",
            }),
        },
      },
    ],
  ])("hold no secret of a provider that misbehaves: %s", async (_what, oddities) => {
    const { url } = await signOn(oddities);
    expect(url.origin).not.toBe(appOrigin);
    await expectSilence(odd.instance, [...secrets, ...odd.provider.secrets, "canary-"]);
  });
});

it("hold no secret of a sign-in at the practice provider", async () => {
  const instance = await createTestInstance({ config: { clients } });
  const { secrets, watch } = createSecretCollector();
  const browser = watch(instance.browser());
  await signInAs(instance, browser, { query: "?client_id=app" });
  await signInAs(instance, instance.browser(), { person: "nobody-of-that-name", query: "?client_id=app" });
  await expectSilence(instance, secrets);
  await instance.close();
});
