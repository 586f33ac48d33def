import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createOddInstance,
  type OddInstance,
  type Oddities,
  sendJson,
  shownError,
} from "../providers/odd-provider.testing.ts";
import { appOrigin, bodyClient, testClient } from "../testing/instance.ts";

const failedPage = `${appOrigin}/failed?from=holdfast`;
const challenge = `&code_challenge=${"a".repeat(43)}&code_challenge_method=S256`;

let odd: OddInstance;
beforeAll(async () => {
  const failed = { failed: failedPage };
  odd = await createOddInstance({
    clients: [
      { ...testClient, signin: { ...testClient.signin, ...failed } },
      { ...bodyClient, signin: { ...bodyClient.signin, ...failed } },
      { ...testClient, id: "plain" },
    ],
  });
});
afterAll(() => odd.close());

async function signIn(oddities: Oddities, query: string) {
  odd.provider.behave(oddities);
  const browser = odd.instance.browser();
  const visit = await browser.open(`${odd.instance.issuer}/signin?${query}`, appOrigin);
  return { browser, visit, parameters: visit.url.searchParams };
}

const denied = { returned: { code: undefined, error: "access_denied", error_description: "no <b>thanks</b>" } };

describe("a failed sign-in", () => {
  it("goes to the app's address for failures, with a stable code and the request's id (A3)", async () => {
    const { browser, visit, parameters } = await signIn(denied, "client_id=app");
    expect(visit.url.origin + visit.url.pathname).toBe(`${appOrigin}/failed`);
    expect(parameters.get("from")).toBe("holdfast");
    expect(parameters.get("error")).toBe("provider_denied");
    expect(parameters.get("error_description")).not.toContain("thanks");
    const [event] = await odd.instance.sql(
      "select client_id, data from events where type = 'signin.failed' and request_id = $1",
      [parameters.get("request_id")],
    );
    expect(event).toMatchObject({ client_id: "app", data: { provider: "odd", code: "provider_denied" } });
    expect(browser.cookieNames).not.toContain("holdfast_session");
  });

  it.each(["simple", "with space & ampersand = equals", "Ünïcödé 🦊 日本語", "x".repeat(1_024), "<script>", "a+b%20c"])(
    "gives the app its state back verbatim: %s",
    async (state) => {
      const query = `client_id=device${challenge}&state=${encodeURIComponent(state)}`;
      const { parameters } = await signIn(denied, query);
      expect(parameters.get("state")).toBe(state);
      expect(parameters.get("error")).toBe("provider_denied");
    },
  );

  it("shows our own page where the app wants to hear nothing, in words that are ours", async () => {
    const { visit } = await signIn(denied, "client_id=plain");
    expect(visit.response?.status).toBe(403);
    expect(shownError(visit.html)).toBe("provider_denied");
    expect(visit.html).not.toContain("thanks");
    expect(visit.html).toContain("/signin?client_id=plain");
  });

  it("goes there also where the provider is not even reached", async () => {
    odd.instance.clock.advance(3_600_000);
    const down = { takeOver: { "/.well-known/openid-configuration": sendNothing } } as const;
    const fresh = await createOddInstance({
      clients: [{ ...testClient, signin: { ...testClient.signin, failed: failedPage } }],
    });
    fresh.provider.behave(down);
    const visit = await fresh.instance.browser().open(`${fresh.instance.issuer}/signin`, appOrigin);
    expect(visit.url.searchParams.get("error")).toBe("provider_unavailable");
    await fresh.close();
  });

  it("goes nowhere when the client or the address is not known", async () => {
    for (const query of [
      "client_id=nobody",
      "client_id=app&return_to=https://evil.example/",
      "client_id=app&client_id=app",
    ]) {
      const visit = await odd.instance.browser().open(`${odd.instance.issuer}/signin?${query}`, appOrigin);
      expect(visit.response?.status).toBe(400);
    }
  });

  it.each<[string, Oddities]>([
    [
      "a NUL in the provider's words",
      { takeOver: { "/token": answering({ error: "invalid_grant", error_description: "a\u0000b" }) } },
    ],
    [
      "half a character in them",
      { takeOver: { "/token": answering({ error: "invalid_grant", error_description: "\ud800" }) } },
    ],
    [
      "a megabyte of them",
      { takeOver: { "/token": answering({ error: "invalid_grant", error_description: "x".repeat(900_000) }) } },
    ],
    [
      "no words but a list",
      { takeOver: { "/token": answering({ error: "invalid_grant", error_description: ["a"] }) } },
    ],
  ])("is named and noted, whatever the provider says: %s", async (_what, oddities) => {
    const { parameters } = await signIn({ ...oddities, secondsAhead: 3_600 }, "client_id=app");
    expect(parameters.get("error")).toMatch(/^provider_(code_rejected|response_invalid)$/);
    const [event] = await odd.instance.sql<{ data: unknown }>("select data from events where request_id = $1", [
      parameters.get("request_id"),
    ]);
    expect(JSON.stringify(event?.data).length).toBeLessThan(1_000);
  });
});

function sendNothing(_request: unknown, response: Parameters<typeof sendJson>[0]) {
  response.destroy();
}

function answering(body: unknown) {
  return (_request: unknown, response: Parameters<typeof sendJson>[0]) => sendJson(response, 400, body);
}
