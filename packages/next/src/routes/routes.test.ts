import { beforeEach, describe, expect, it } from "vitest";
import {
  answered,
  appUrl,
  cookieAfter,
  cookieWith,
  createTestHoldfast,
  idOf,
  issuer,
  refused,
  sessionOf,
  startedAt,
  type TestHoldfast,
} from "../../testing/test-holdfast.ts";
import { handleAuthRequest } from "./handler.ts";

let holdfast: TestHoldfast;
beforeEach(() => {
  holdfast = createTestHoldfast();
});

function ask(path: string, { cookie = "", ...init }: RequestInit & { cookie?: string } = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("cookie", cookie);
  return handleAuthRequest(holdfast.kit, new Request(`${appUrl}${path}`, { ...init, headers }));
}

const post = { method: "POST", headers: { origin: appUrl } };
const locationOf = (response: Response) => new URL(String(response.headers.get("location")), appUrl);

/** A sign-in that was begun: where it leads, and what the browser holds. */
async function begin(path = "/auth/signin", cookie = "") {
  const response = await ask(path, { cookie });
  return { location: locationOf(response), cookie: cookieAfter(response, cookie), response };
}

describe("GET /auth/signin", () => {
  it("leads to Holdfast with a fresh state and challenge, and binds both to the browser", async () => {
    const first = await begin("/auth/signin?return_to=/orders&prompt=select_account&account=a");
    const second = await begin();
    expect(first.response.status).toBe(303);
    expect(first.location.href).toContain(`${issuer}/signin?client_id=web&state=`);
    expect(Object.fromEntries(first.location.searchParams)).toMatchObject({
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: "S256",
      prompt: "select_account",
      account: "a",
    });
    expect(first.location.searchParams.get("state")).not.toBe(second.location.searchParams.get("state"));
    const [line] = first.response.headers.getSetCookie();
    expect(line).toMatch(/^__Host-.*; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/);
    expect(line).not.toContain(first.location.searchParams.get("state"));
    expect(first.response.headers.get("cache-control")).toBe("private, no-store");
  });

  it.each([
    ["/auth/signin/google", "/signin/google"],
    ["/auth/signin/", "/signin"],
    ["/auth/signin/..%2f..%2fevil", "/signin"],
    ["/auth/signin/a/b", "/signin/a"],
  ])("%s goes to %s", async (path, expected) => {
    expect((await begin(path)).location.pathname).toBe(expected);
  });

  it("begins nothing for the router that fetches ahead", async () => {
    for (const headers of [
      { "sec-fetch-dest": "empty" },
      { "sec-purpose": "prefetch" },
      { "sec-fetch-dest": "image" },
    ]) {
      const response = await ask("/auth/signin", { headers });
      expect([response.status, response.headers.getSetCookie()]).toEqual([401, []]);
    }
  });

  it("lets a few tabs sign in side by side", async () => {
    let cookie = "";
    for (let tab = 0; tab < 9; tab += 1) cookie = (await begin("/auth/signin", cookie)).cookie;
    expect(cookie.split("; ")).toHaveLength(4);
  });
});

describe("GET /auth/callback", () => {
  const callback = (query: Record<string, string>, cookie: string) =>
    ask(`/auth/callback?${new URLSearchParams(query)}`, { cookie });

  it("redeems the code with the verifier, and goes to the page that was asked for", async () => {
    holdfast.answer("/signin/redeem", answered());
    const { location, cookie } = await begin("/auth/signin?return_to=/orders");
    const state = String(location.searchParams.get("state"));
    const response = await callback({ code: "the-code", state }, cookie);
    expect([response.status, response.headers.get("location")]).toEqual([303, "/orders"]);
    const { form } = holdfast.asked[0] ?? {};
    expect(form?.get("code")).toBe("the-code");
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(String(form?.get("code_verifier"))));
    expect(Buffer.from(digest).toString("base64url")).toBe(location.searchParams.get("code_challenge"));
    expect(cookieAfter(response, cookie)).toMatch(/^__Host-holdfast_next\.web~1\.[^;]*$/);
  });

  it.each<[string, (state: string, cookie: string) => { state: string; cookie: string }]>([
    ["no state", (_state, cookie) => ({ state: "", cookie })],
    ["a forged state", (_state, cookie) => ({ state: "AAAAAAAAAAAAAAAAAAAAAA", cookie })],
    ["a state without end", (_state, cookie) => ({ state: "A".repeat(9_000), cookie })],
    ["a state in another case", (state, cookie) => ({ state: state.toLowerCase(), cookie })],
    ["another browser's state", (state) => ({ state, cookie: "" })],
    ["a cookie that was cut", (state, cookie) => ({ state, cookie: cookie.slice(0, -9) })],
    ["a cookie with garbage", (state, cookie) => ({ state, cookie: `${cookie.split("=")[0]}=garbage` })],
  ])("takes no sign-in with %s", async (_case, forge) => {
    const { location, cookie } = await begin();
    const forged = forge(String(location.searchParams.get("state")), cookie);
    const response = await callback({ code: "the-code", state: forged.state }, forged.cookie);
    expect([response.status, response.headers.getSetCookie()]).toEqual([400, []]);
    expect(await response.text()).toContain("signin_state_unknown");
    expect(holdfast.asked).toHaveLength(0);
  });

  it("takes no sign-in under the cookie of another one", async () => {
    const [one, other] = [await begin(), await begin()];
    const name = other.cookie.slice(0, other.cookie.indexOf("="));
    const swapped = `${name}=${one.cookie.slice(one.cookie.indexOf("=") + 1)}`;
    const state = String(other.location.searchParams.get("state"));
    expect((await callback({ code: "c", state }, swapped)).status).toBe(400);
  });

  it("takes no sign-in that was begun too long ago", async () => {
    const { location, cookie } = await begin();
    holdfast.advance(601_000);
    const response = await callback({ code: "c", state: String(location.searchParams.get("state")) }, cookie);
    expect(response.status).toBe(400);
  });

  it.each<[string, Record<string, string>, Parameters<typeof refused> | null, number, string]>([
    ["a cancelled sign-in", { error: "provider_denied" }, null, 403, "provider_denied"],
    ["an error that nobody knows", { error: "<script>" }, null, 400, "invalid_request"],
    ["neither a code nor an error", {}, null, 400, "invalid_request"],
    ["a code that is used up", { code: "c" }, ["signin_code_invalid"], 400, "signin_code_invalid"],
    ["a Holdfast that is away", { code: "c" }, ["x", { status: 502 }], 503, "temporarily_unavailable"],
    [
      "a client that is not accepted",
      { code: "c" },
      ["client_unknown", { status: 401 }],
      503,
      "temporarily_unavailable",
    ],
  ])("explains %s, and the way back", async (_case, query, refusal, status, code) => {
    if (refusal) holdfast.answer("/signin/redeem", refused(...refusal));
    const { location, cookie } = await begin("/auth/signin?return_to=/orders");
    const response = await callback({ ...query, state: String(location.searchParams.get("state")) }, cookie);
    const html = await response.text();
    expect(response.status).toBe(status);
    expect(html).toContain(`<small>${code}</small>`);
    expect(html).toContain('href="/auth/signin?return_to=%2Forders"');
    expect(html).not.toContain("<script");
    expect(cookieAfter(response, cookie)).toBe("");
  });

  it("leaves whoever is signed in where they are, for the back button", async () => {
    const cookie = await cookieWith(holdfast.kit, sessionOf());
    const response = await callback({ code: "old", state: "old" }, cookie);
    expect([response.headers.get("location"), response.headers.getSetCookie()]).toEqual(["/", []]);
  });
});

describe("POST /auth/signout", () => {
  it.each<[string, Record<string, string>]>([
    ["no origin", {}],
    ["another site", { origin: "https://evil.example" }],
    ["a neighbour", { origin: "https://evil.app.example.com", "sec-fetch-site": "same-site" }],
    ["a forged origin beside the browser's word", { origin: appUrl, "sec-fetch-site": "cross-site" }],
    ["an opaque origin", { origin: "null" }],
  ])("does nothing for %s", async (_case, headers) => {
    const cookie = await cookieWith(holdfast.kit, sessionOf());
    for (const path of ["/auth/signout", "/auth/token", "/auth/refresh"]) {
      const response = await ask(path, { method: "POST", headers, cookie });
      expect([response.status, response.headers.getSetCookie()]).toEqual([403, []]);
    }
    expect(holdfast.asked).toHaveLength(0);
  });

  it("ends the session, and goes on to Holdfast's own sign-out", async () => {
    holdfast.answer("/revoke", () => new Response(null, { status: 200 }));
    const cookie = await cookieWith(holdfast.kit, sessionOf());
    const body = new URLSearchParams({ return_to: "/bye" });
    const response = await ask("/auth/signout", { ...post, body, cookie });
    expect(response.headers.get("location")).toBe(
      `${issuer}/signout?client_id=web&return_to=${encodeURIComponent(`${appUrl}/bye`)}`,
    );
    expect(cookieAfter(response, cookie)).toMatch(/^__Host-holdfast_next\.web~ended\.[^;]*$/);
  });

  it("leads nowhere else, whatever the form says", async () => {
    const body = new URLSearchParams({ return_to: "https://evil.example" });
    const response = await ask("/auth/signout", { ...post, body });
    expect(locationOf(response).searchParams.get("return_to")).toBe(`${appUrl}/`);
  });
});

describe("POST /auth/token", () => {
  const tokenOf = async (response: Response) => (await response.json()).access_token;

  it("gives a page that was just opened the token that is there", async () => {
    const cookie = await cookieWith(holdfast.kit, sessionOf());
    const response = await ask("/auth/token", { ...post, cookie });
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    expect(await response.json()).toEqual({
      access_token: sessionOf().accessToken,
      token_type: "Bearer",
      expires_in: 900,
      scope: "",
      server_time_ms: startedAt,
      sid: idOf(80),
      generation: 1,
    });
    expect(holdfast.asked).toHaveLength(0);
  });

  it("gives another to whoever has that one, and to whoever comes later", async () => {
    holdfast.answer("/refresh", answered({ generation: 2, issuedAt: startedAt + 1_000 }));
    const cookie = await cookieWith(holdfast.kit, sessionOf());
    const has = { "holdfast-not-token": sessionOf().accessToken.slice(-16) };
    const other = await ask("/auth/refresh", { ...post, headers: { ...post.headers, ...has }, cookie });
    expect(await tokenOf(other)).not.toBe(sessionOf().accessToken);
    expect(cookieAfter(other, cookie)).toMatch(/^__Host-holdfast_next\.web~2\.[^;]*$/);
    holdfast.advance(31_000);
    const later = await ask("/auth/token", { ...post, cookie });
    expect(await tokenOf(later)).not.toBe(sessionOf().accessToken);
  });

  it("never gives back the token that was refused, though Holdfast is away", async () => {
    const cookie = await cookieWith(holdfast.kit, sessionOf());
    const has = { "holdfast-not-token": sessionOf().accessToken.slice(-16) };
    const response = await ask("/auth/token", { ...post, headers: { ...post.headers, ...has }, cookie });
    expect([response.status, response.headers.getSetCookie()]).toEqual([503, []]);
    expect(await response.json()).toMatchObject({ reason: "temporarily_unavailable", retryable: true });
  });

  it.each<[string, string, number, string]>([
    ["nobody", "", 401, "login_required"],
    ["a revoked session", "session_revoked", 400, "session_revoked"],
    ["a disabled person", "user_disabled", 400, "user_disabled"],
  ])("refuses %s in Holdfast's own words", async (_case, refusal, status, reason) => {
    if (refusal) holdfast.answer("/refresh", refused(refusal));
    holdfast.advance(refusal ? 900_000 : 0);
    const cookie = refusal ? await cookieWith(holdfast.kit, sessionOf()) : "";
    const response = await ask("/auth/token", { ...post, cookie });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ reason, retryable: false, error: expect.any(String) });
  });
});

describe("the rest of /auth", () => {
  it("tells who is signed in, without a token", async () => {
    const cookie = await cookieWith(holdfast.kit, sessionOf());
    const text = await (await ask("/auth/session", { cookie })).text();
    expect(JSON.parse(text)).toMatchObject({ sid: idOf(80), state: "active", user: { id: idOf(90) } });
    expect(text).not.toContain(sessionOf().accessToken);
    expect((await ask("/auth/session")).status).toBe(401);
  });

  it.each<[string, string, number, string | null]>([
    ["GET", "/auth/signout", 405, "POST"],
    ["POST", "/auth/callback", 405, "GET"],
    ["GET", "/auth/token", 405, "POST"],
    ["GET", "/auth/constructor", 404, null],
    ["GET", "/auth/", 404, null],
    ["GET", "/elsewhere/signin", 404, null],
  ])("%s %s is %i", async (method, path, status, allow) => {
    const response = await ask(path, { method });
    expect([response.status, response.headers.get("allow")]).toEqual([status, allow]);
  });
});
