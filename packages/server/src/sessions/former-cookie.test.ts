import { decodeJwt } from "jose";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createOddInstance, type OddInstance } from "../providers/odd-provider.testing.ts";
import { appOrigin } from "../testing/instance.ts";

// Less than the leeway for the provider's clock, which stays behind.
const elapsed = 120_000;

let odd: OddInstance;
beforeAll(async () => {
  odd = await createOddInstance();
});
afterAll(() => odd.close());

const ask = (path: string, cookie: string, init: RequestInit = {}) =>
  fetch(odd.instance.issuer + path, { redirect: "manual", ...init, headers: { cookie } });

/** When the person last proved who they are, as the session and a token begun now under this cookie have it. */
async function authenticatedAt(cookie: string): Promise<{ session: number; token: number }> {
  const session = (await (await ask("/session", cookie)).json()) as { authenticated_at: string };
  const begun = await ask("/signin", cookie);
  const refreshCookie = begun.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const refreshed = await ask("/refresh", refreshCookie, { method: "POST" });
  const { access_token } = (await refreshed.json()) as { access_token: string };
  return { session: Date.parse(session.authenticated_at), token: Number(decodeJwt(access_token).auth_time) * 1000 };
}

it("whoever holds a stolen cookie does not gain by the person's proving again who they are", async () => {
  const { instance } = odd;
  const browser = instance.browser();
  await browser.open(`${instance.issuer}/signin`, appOrigin);
  const former = browser.cookieHeader(instance.issuer);
  instance.clock.advance(elapsed);
  await browser.open(`${instance.issuer}/signin?prompt=login`, appOrigin);
  const current = browser.cookieHeader(instance.issuer);

  const now = await authenticatedAt(current);
  const then = await authenticatedAt(former);
  expect(then.session).toBe(now.session - elapsed);
  expect(then.token).toBe(now.token - elapsed);
});
