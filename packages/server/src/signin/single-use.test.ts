import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOddInstance, type OddInstance, shownError } from "../providers/odd-provider.testing.ts";
import type { TestBrowser } from "../testing/browser.ts";
import { appOrigin } from "../testing/instance.ts";
import { callbackPath } from "./index.ts";

let odd: OddInstance;
beforeAll(async () => {
  odd = await createOddInstance();
});
afterAll(() => odd.close());

/** Goes to the provider and stops on the way back: the address with code and state. */
async function begin(browser: TestBrowser, query = ""): Promise<URL> {
  const { url } = await browser.open(`${odd.instance.issuer}/signin${query}`, odd.instance.issuer + callbackPath);
  return url;
}

async function expectRefused(browser: TestBrowser, address: URL | string, code: string) {
  const sessions = await odd.instance.sql("select id from sessions");
  const response = await browser.request(address);
  expect(response.status).toBe(400);
  expect(shownError(await response.text())).toBe(code);
  expect(response.headers.getSetCookie()).toEqual([]);
  expect(await odd.instance.sql("select id from sessions")).toEqual(sessions);
}

async function countOf(table: string): Promise<number> {
  const [row] = await odd.instance.sql<{ count: number }>(`select count(*)::int from ${table}`);
  return row?.count ?? 0;
}

describe("a return", () => {
  it("is bound to the browser it was begun in (N1): another's, with a sign-in of its own under way, is refused", async () => {
    const [attacker, victim] = [odd.instance.browser(), odd.instance.browser()];
    const link = await begin(attacker);
    await begin(victim);
    await expectRefused(victim, link, "signin_browser_mismatch");
  });

  it("gives no session in a browser that began nothing (A28)", async () => {
    const link = await begin(odd.instance.browser());
    const victim = odd.instance.browser();
    await expectRefused(victim, link, "signin_browser_mismatch");
    expect(victim.cookieNames).toEqual([]);
  });

  it("is not used up by a stranger who tries it", async () => {
    const browser = odd.instance.browser();
    const link = await begin(browser);
    await expectRefused(odd.instance.browser(), link, "signin_browser_mismatch");
    expect((await browser.request(link)).headers.get("location")).toBe(`${appOrigin}/`);
  });

  it("leaves whoever is signed in alone when it is somebody else's", async () => {
    const [attacker, victim] = [odd.instance.browser(), odd.instance.browser()];
    await victim.open(`${odd.instance.issuer}/signin`, appOrigin);
    const cookies = victim.cookieHeader(odd.instance.issuer);
    await expectRefused(victim, await begin(attacker), "signin_browser_mismatch");
    expect(victim.cookieHeader(odd.instance.issuer)).toBe(cookies);
    expect((await victim.request(`${odd.instance.issuer}/session`)).status).toBe(200);
  });

  it.each<[string, (address: URL) => void]>([
    ["no state", (address) => address.searchParams.delete("state")],
    ["an empty state", (address) => address.searchParams.set("state", "")],
    ["a state cut short", (address) => address.searchParams.set("state", address.search.slice(-20))],
    ["a state of its own making", (address) => address.searchParams.set("state", "a".repeat(43))],
    ["another case of its state", (address) => address.searchParams.set("state", swapCase(address))],
  ])("with %s is not known", async (_what, change) => {
    const browser = odd.instance.browser();
    const address = await begin(browser);
    change(address);
    await expectRefused(browser, address, "signin_state_unknown");
  });

  it("a second time in the same browser ends where the first did, while its session lives", async () => {
    const browser = odd.instance.browser();
    const link = await begin(browser);
    await browser.request(link);
    const before = await countOf("sessions");
    const again = await browser.request(link);
    expect(again.status).toBe(303);
    expect(again.headers.get("location")).toBe(`${appOrigin}/`);
    expect(await countOf("sessions")).toBe(before);
  });

  it("a second time after signing out is not known", async () => {
    const browser = odd.instance.browser();
    const link = await begin(browser);
    await browser.request(link);
    await browser.request(`${odd.instance.issuer}/signout`, { method: "POST", headers: { origin: appOrigin } });
    await expectRefused(browser, link, "signin_state_unknown");
  });

  it("a second time while somebody else's session is in the browser is not known", async () => {
    const browser = odd.instance.browser();
    const link = await begin(browser);
    await browser.request(link);
    odd.provider.behave({ claims: { sub: "eve" } });
    await browser.open(`${odd.instance.issuer}/signin?prompt=login`, appOrigin);
    odd.provider.behave({});
    await expectRefused(browser, link, "signin_state_unknown");
  });

  it("of many at once makes one session", async () => {
    const browser = odd.instance.browser();
    const link = await begin(browser);
    const before = await countOf("sessions");
    const answers = await Promise.all(Array.from({ length: 10 }, () => browser.request(link)));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(9);
    expect(await countOf("sessions")).toBe(before + 1);
    expect((await browser.request(`${odd.instance.issuer}/session`)).status).toBe(200);
  });

  it("after a refusal is not known: a code is tried once", async () => {
    const browser = odd.instance.browser();
    const link = await begin(browser);
    odd.provider.behave({ claims: { aud: "somebody else" } });
    expect(shownError(await (await browser.request(link)).text())).toBe("provider_token_invalid");
    odd.provider.behave({});
    await expectRefused(browser, link, "signin_state_unknown");
  });

  it("eleven minutes later has expired, and stays so", async () => {
    const browser = odd.instance.browser();
    const link = await begin(browser);
    odd.instance.clock.advance(11 * 60_000);
    await expectRefused(browser, link, "signin_expired");
    await expectRefused(browser, link, "signin_expired");
    odd.instance.clock.advance(-11 * 60_000);
  });

  it("of one tab does not disturb the other's", async () => {
    const browser = odd.instance.browser();
    const [one, two] = [await begin(browser), await begin(browser)];
    expect((await browser.request(two)).status).toBe(303);
    expect((await browser.request(one)).status).toBe(303);
  });

  it("keeps neither state nor verifier in the database as they are", async () => {
    const browser = odd.instance.browser();
    const link = await begin(browser);
    const rows = JSON.stringify(await odd.instance.sql("select * from signin_attempts"), (_key, value) =>
      value?.type === "Buffer" ? Buffer.from(value.data).toString("latin1") : value,
    );
    expect(rows).not.toContain(link.searchParams.get("state"));
    expect(rows).not.toContain(browser.cookieHeader(odd.instance.issuer).split("=")[1]);
    await browser.request(link);
    for (const secret of odd.provider.secrets) {
      if (secret.length === 43 && secret !== link.searchParams.get("nonce"))
        expect(rows.includes(secret) && !rows.includes(`"nonce":"${secret}"`)).toBe(false);
    }
  });
});

describe("a session cookie", () => {
  it("is a new one after every sign-in (A27)", async () => {
    const browser = odd.instance.browser();
    const seen = new Set<string>();
    for (let i = 0; i < 3; i++) {
      await browser.open(`${odd.instance.issuer}/signin?prompt=login`, appOrigin);
      seen.add(browser.cookieHeader(odd.instance.issuer));
    }
    expect(seen.size).toBe(3);
  });

  it("that was replaced works on for a minute, for the tabs that still send it, unless the person signs out", async () => {
    const session = async (cookie: string) =>
      (await fetch(`${odd.instance.issuer}/session`, { headers: { cookie } })).status;
    const browser = odd.instance.browser();
    await browser.open(`${odd.instance.issuer}/signin`, appOrigin);
    const first = browser.cookieHeader(odd.instance.issuer);
    await browser.open(`${odd.instance.issuer}/signin?prompt=login`, appOrigin);
    expect(await session(first)).toBe(200);
    odd.instance.clock.advance(60_000);
    expect(await session(first)).toBe(401);
    const second = browser.cookieHeader(odd.instance.issuer);
    await browser.open(`${odd.instance.issuer}/signin?prompt=login`, appOrigin);
    expect(await session(second)).toBe(200);
    await browser.request(`${odd.instance.issuer}/signout`, { method: "POST", headers: { origin: appOrigin } });
    expect(await session(second)).toBe(401);
    odd.instance.clock.advance(-60_000);
  });

  it("that was planted before the sign-in is worth nothing afterwards", async () => {
    const planted = `hf_s_${Buffer.alloc(48, 7).toString("base64url")}`;
    const victim = odd.instance.browser();
    const link = await begin(victim);
    const response = await fetch(link, {
      redirect: "manual",
      headers: { cookie: `${victim.cookieHeader(link)}; holdfast_session=${planted}` },
    });
    const given = response.headers.getSetCookie().find((line) => line.startsWith("holdfast_session="));
    expect(given).toBeDefined();
    expect(given).not.toContain(planted);
    const session = await fetch(`${odd.instance.issuer}/session`, {
      headers: { cookie: `holdfast_session=${planted}` },
    });
    expect(session.status).toBe(401);
  });

  it("of the attacker, planted before the sign-in, does not become the victim's", async () => {
    const attacker = odd.instance.browser();
    odd.provider.behave({ claims: { sub: "eve" } });
    await attacker.open(`${odd.instance.issuer}/signin`, appOrigin);
    odd.provider.behave({});
    const planted = attacker.cookieHeader(odd.instance.issuer);
    const victim = odd.instance.browser();
    const link = await begin(victim);
    await fetch(link, { redirect: "manual", headers: { cookie: `${victim.cookieHeader(link)}; ${planted}` } });
    expect((await attacker.request(`${odd.instance.issuer}/session`)).status).toBe(401);
  });
});

function swapCase(address: URL): string {
  const state = address.searchParams.get("state") ?? "";
  return state.replaceAll(/[a-z]/gi, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}
