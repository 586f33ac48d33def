import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOddInstance, type OddInstance } from "../providers/odd-provider.testing.ts";
import { appOrigin } from "../testing/instance.ts";

const instances = new Map<number, OddInstance>();
beforeAll(async () => {
  for (const trustedProxies of [0, 1, 2]) instances.set(trustedProxies, await createOddInstance({ trustedProxies }));
});
afterAll(async () => {
  for (const odd of instances.values()) await odd.close();
});

/** Signs in with these headers on the last step, and answers with the address that the events then hold. */
async function addressSeen(
  trustedProxies: number,
  headers: Record<string, string>,
): Promise<string | null | undefined> {
  const odd = instances.get(trustedProxies);
  if (!odd) throw new Error(`no instance trusts ${trustedProxies} proxies`);
  const browser = odd.instance.browser();
  const { url } = await browser.open(`${odd.instance.issuer}/signin`, `${odd.instance.issuer}/integrations`);
  const response = await browser.request(url, { headers });
  expect(response.headers.get("location")).toBe(`${appOrigin}/`);
  const [row] = await odd.instance.sql<{ address: string | null }>(
    `select e.data->>'address' as address from events e join sessions s on s.id = e.session_id
     where e.type = 'session.started' and s.address = e.data->>'address' order by e.id desc limit 1`,
  );
  return row?.address;
}

const loopback = /^(127\.0\.0\.1|::1)$/;

describe("an address in the events (R1)", () => {
  it.each<[string, Record<string, string>]>([
    ["X-Forwarded-For", { "x-forwarded-for": "203.0.113.9" }],
    ["a list in X-Forwarded-For", { "x-forwarded-for": "203.0.113.9, 198.51.100.7" }],
    ["Forwarded", { forwarded: "for=203.0.113.9" }],
    ["X-Real-IP", { "x-real-ip": "203.0.113.9" }],
    ["CF-Connecting-IP", { "cf-connecting-ip": "203.0.113.9" }],
    ["True-Client-IP", { "true-client-ip": "203.0.113.9" }],
    ["X-Client-IP", { "x-client-ip": "203.0.113.9" }],
  ])("is the connection's, whatever %s says, where no proxy is trusted", async (_what, headers) => {
    expect(await addressSeen(0, headers)).toMatch(loopback);
  });

  it.each<[number, string, string | RegExp]>([
    [1, "203.0.113.9", "203.0.113.9"],
    [1, "6.6.6.6, 203.0.113.9", "203.0.113.9"],
    [1, "6.6.6.6,7.7.7.7 ,  203.0.113.9 ", "203.0.113.9"],
    [1, "::ffff:203.0.113.9", "203.0.113.9"],
    [1, "2001:db8::9", "2001:db8::9"],
    [2, "203.0.113.9, 10.0.0.1", "203.0.113.9"],
    [2, "6.6.6.6, 203.0.113.9, 10.0.0.1", "203.0.113.9"],
  ])("with %i trusted proxies is the one that many places from the right of %j", async (proxies, header, expected) => {
    expect(await addressSeen(proxies, { "x-forwarded-for": header })).toEqual(expected);
  });

  it.each([
    "not an address",
    "<script>alert(1)</script>",
    "203.0.113.9:1234:x",
    "a".repeat(4_000),
    ",",
    "999.999.999.999",
    "unknown",
  ])("is never what is no address, though a trusted proxy passed it on: %j", async (header) => {
    expect(await addressSeen(1, { "x-forwarded-for": header })).toMatch(loopback);
  });

  it.each([
    ["203.0.113.9:51234", "203.0.113.9"],
    ["[2001:db8::9]:51234", "2001:db8::9"],
    ["[2001:db8::9]", "2001:db8::9"],
  ])("comes without the port that some proxies add: %s", async (header, expected) => {
    expect(await addressSeen(1, { "x-forwarded-for": header })).toBe(expected);
  });
});

describe("other forwarded headers", () => {
  it("change neither where people are sent nor who the issuer is", async () => {
    const odd = instances.get(1);
    const headers = {
      "x-forwarded-host": "evil.example",
      "x-forwarded-proto": "https",
      "x-forwarded-port": "444",
      "x-original-url": "/session",
      "x-rewrite-url": "/session",
      "x-http-method-override": "POST",
    };
    const response = await fetch(`${odd?.instance.issuer}/signin`, { redirect: "manual", headers });
    const address = new URL(response.headers.get("location") ?? "");
    expect(address.searchParams.get("redirect_uri")).toBe(`${odd?.instance.issuer}/integrations/oauth2/callback`);
    expect(response.headers.getSetCookie()[0]).toMatch(/^holdfast_signin=/);
    expect((await fetch(`${odd?.instance.issuer}/errors`, { headers })).headers.get("content-type")).toContain(
      "text/html",
    );
  });

  it("do not choose the request's id", async () => {
    const response = await fetch(`${instances.get(1)?.instance.issuer}/`, { headers: { "x-request-id": "mine" } });
    expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  });
});
