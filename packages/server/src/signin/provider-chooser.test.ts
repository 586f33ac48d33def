import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOddInstance, type OddInstance, shownError } from "../providers/odd-provider.testing.ts";
import { appOrigin, bodyClient, createTestInstance, testClient } from "../testing/instance.ts";

let odd: OddInstance;
beforeAll(async () => {
  odd = await createOddInstance({
    clients: [testClient, bodyClient],
    providers: [{ id: "second", name: 'The <b>"second"</b>', issuer: "http://localhost:1", clientId: "holdfast" }],
  });
});
afterAll(() => odd.close());

/** The addresses that the page offers, as a browser would read them. */
async function choices(query: Record<string, string>): Promise<URL[]> {
  const page = await odd.instance.browser().open(`${odd.instance.issuer}/signin?${new URLSearchParams(query)}`);
  expect(page.response?.status).toBe(200);
  return [...page.html.matchAll(/href="(\/signin\/[^"]*)"/g)].map(
    ([, href = ""]) => new URL(href.replaceAll("&amp;", "&").replaceAll("&#39;", "'"), odd.instance.issuer),
  );
}

describe("with several providers and no default", () => {
  it.each<[string, Record<string, string>]>([
    ["a page's own", { client_id: "app", return_to: new URL(`${appOrigin}/deep?x=1&y="2"`).href }],
    [
      "a code's",
      {
        client_id: "device",
        return_to: `${appOrigin}/device`,
        code_challenge: "a".repeat(43),
        code_challenge_method: "S256",
      },
    ],
  ])("a person chooses, and everything the app asked for comes along: %s (A1)", async (_what, kind) => {
    const asked = {
      ...kind,
      account: "01a1fc14-d251-7d58-a779-231a4e53c518",
      state: `Ünïcödé & "quotes" 'n' <tags>`,
      prompt: "login",
    };
    const offered = await choices(asked);
    expect(offered.map(({ pathname }) => pathname)).toEqual(["/signin/odd", "/signin/second"]);
    for (const { searchParams } of offered) expect(Object.fromEntries(searchParams)).toEqual(asked);
  });

  it("a choice leads to the app", async () => {
    const [first] = await choices({ client_id: "app" });
    const visit = await odd.instance.browser().open(first ?? "", appOrigin);
    expect(visit.response).toBeUndefined();
  });

  it("a person who is signed in is not asked", async () => {
    const browser = odd.instance.browser();
    await browser.open(`${odd.instance.issuer}/signin/odd?client_id=app`, appOrigin);
    expect((await browser.open(`${odd.instance.issuer}/signin?client_id=app`, appOrigin)).response).toBeUndefined();
  });

  it("no name of a provider is markup", async () => {
    const page = await odd.instance.browser().open(`${odd.instance.issuer}/signin?client_id=app`);
    expect(page.html).not.toContain("<b>");
    expect(page.html).toContain("&lt;b&gt;");
  });
});

describe("a sign-in", () => {
  it.each([
    ["", "client_unknown"],
    ["client_id=", "client_unknown"],
    ["client_id=APP", "client_unknown"],
    ["client_id=app%20", "client_unknown"],
  ])("must name one of several clients: %j", async (query, code) => {
    for (const path of ["/signin", "/signin/odd"]) {
      const page = await odd.instance.browser().open(`${odd.instance.issuer}${path}?${query}`);
      expect(page.response?.status).toBe(400);
      expect(shownError(page.html)).toBe(code);
    }
  });

  it("where nobody set a provider up is told so", async () => {
    const instance = await createTestInstance({ hasPractice: false });
    const page = await instance.browser().open(`${instance.issuer}/signin`);
    expect(page.response?.status).toBe(503);
    expect(shownError(page.html)).toBe("provider_none");
    await instance.close();
  });
});
