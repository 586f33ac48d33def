import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOddInstance, type OddInstance, shownError } from "../providers/odd-provider.testing.ts";
import type { TestBrowser } from "../testing/browser.ts";
import { appOrigin, bodyClient, testClient } from "../testing/instance.ts";

const secret = "a secret with % + : in it, of the backend";

let odd: OddInstance;
let browser: TestBrowser;
beforeAll(async () => {
  const backend = { ...bodyClient, id: "backend", type: "confidential" as const, secret };
  odd = await createOddInstance({ clients: [testClient, bodyClient, { ...bodyClient, id: "second" }, backend] });
  browser = odd.instance.browser();
});
afterAll(() => odd.close());

const challengeOf = (verifier: string) => createHash("sha256").update(verifier).digest("base64url");

/** Signs in for a client that keeps its refresh token, up to the code in the address. */
async function codeFor(clientId = "device", state?: string) {
  const verifier = randomBytes(32).toString("base64url");
  const query = new URLSearchParams({
    client_id: clientId,
    code_challenge: challengeOf(verifier),
    code_challenge_method: "S256",
    ...(state === undefined ? {} : { state }),
  });
  const { url } = await browser.open(`${odd.instance.issuer}/signin?${query}`, appOrigin);
  return { url, verifier, code: url.searchParams.get("code") ?? "" };
}

async function redeem(body: Record<string, string>, headers: Record<string, string> = {}) {
  const response = await fetch(`${odd.instance.issuer}/signin/redeem`, {
    method: "POST",
    headers,
    body: new URLSearchParams({ client_id: "device", ...body }),
  });
  return { response, status: response.status, answer: (await response.json()) as Record<string, unknown> };
}

const refresh = async (token: unknown, client = "device") =>
  (
    await fetch(`${odd.instance.issuer}/refresh`, {
      method: "POST",
      body: new URLSearchParams({ client_id: client, refresh_token: String(token) }),
    })
  ).status;

describe("a one-time code", () => {
  it("is all that stands in the address, and becomes tokens once", async () => {
    const { url, code, verifier } = await codeFor();
    expect(url.origin + url.pathname).toBe(`${appOrigin}/device`);
    expect([...url.searchParams.keys()]).toEqual(["code"]);
    expect(code).toMatch(/^[\w-]{43}$/);
    expect(browser.cookieNames.join()).not.toContain("holdfast_refresh.device");
    const { response, status, answer } = await redeem({ code, code_verifier: verifier });
    expect(status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(answer).toMatchObject({ token_type: "Bearer", expires_in: 900, generation: 1 });
    expect(answer.refresh_token).toMatch(/^hf_rt_/);
    expect(await refresh(answer.refresh_token)).toBe(200);
  });

  it.each(["simple", "Ünïcödé 🦊 日本語", "a&b=c#d%20+e", '"><script>alert(1)</script>', "🦊".repeat(256)])(
    "comes with the app's state verbatim: %s",
    async (state) => {
      const { url } = await codeFor("device", state);
      expect(url.searchParams.get("state")).toBe(state);
      browser = odd.instance.browser();
      expect((await codeFor("device", state)).url.searchParams.get("state")).toBe(state);
    },
  );

  it("used a second time is refused, and ends what the first use gave (RFC 6749, section 4.1.2)", async () => {
    const { code, verifier } = await codeFor();
    const first = await redeem({ code, code_verifier: verifier });
    const second = await redeem({ code, code_verifier: verifier });
    expect(second.status).toBe(400);
    expect(second.answer).toMatchObject({ error: "invalid_grant", reason: "signin_code_invalid", retryable: false });
    expect(await refresh(first.answer.refresh_token)).toBe(400);
  });

  it("used a second time an hour later still ends it", async () => {
    const { code, verifier } = await codeFor();
    const first = await redeem({ code, code_verifier: verifier });
    odd.instance.clock.advance(30 * 60_000);
    await redeem({ code, code_verifier: verifier });
    expect(await refresh(first.answer.refresh_token)).toBe(400);
    odd.instance.clock.advance(-30 * 60_000);
  });

  it("redeemed thirty times at once has one winner at most, and nobody keeps a grant that a double use should end", async () => {
    const { code, verifier } = await codeFor();
    const answers = await Promise.all(Array.from({ length: 30 }, () => redeem({ code, code_verifier: verifier })));
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(29);
    expect(await refresh(winners[0]?.answer.refresh_token)).toBe(400);
  });

  it("lives for sixty seconds", async () => {
    const [early, late] = [await codeFor(), await codeFor()];
    odd.instance.clock.advance(59_000);
    expect((await redeem({ code: early.code, code_verifier: early.verifier })).status).toBe(200);
    odd.instance.clock.advance(1_000);
    expect((await redeem({ code: late.code, code_verifier: late.verifier })).answer.reason).toBe("signin_code_invalid");
  });

  it("does not outlive its session", async () => {
    const { code, verifier } = await codeFor();
    await browser.request(`${odd.instance.issuer}/signout`, {
      method: "POST",
      headers: { origin: odd.instance.issuer },
    });
    expect((await redeem({ code, code_verifier: verifier })).status).toBe(400);
  });

  it("belongs to its client: another one, even with the verifier, gets nothing and harms nothing", async () => {
    const { code, verifier } = await codeFor();
    for (const client of ["second", "app"]) {
      const { status, answer } = await redeem({ client_id: client, code, code_verifier: verifier });
      expect(status).toBe(400);
      expect(answer.reason).toBe("signin_code_invalid");
    }
    const { status, answer } = await redeem({ code, code_verifier: verifier });
    expect(status).toBe(200);
    await redeem({ client_id: "second", code, code_verifier: verifier });
    expect(await refresh(answer.refresh_token)).toBe(200);
  });
});

describe("a code verifier", () => {
  it.each<[string, (verifier: string) => string | undefined]>([
    ["missing", () => undefined],
    ["empty", () => ""],
    ["another's", () => randomBytes(32).toString("base64url")],
    ["the challenge itself", challengeOf],
    ["cut short", (verifier) => verifier.slice(0, 42)],
    ["in another case", (verifier) => verifier.toUpperCase()],
    ["with a character more", (verifier) => `${verifier}a`],
    ["of 129 characters", () => "a".repeat(129)],
    ["with a character outside the alphabet", (verifier) => `${verifier.slice(1)}=`],
    ["with a space", (verifier) => `${verifier} `],
    ["in Unicode", (verifier) => `${verifier.slice(1)}é`],
  ])("that is %s gives nothing, and the right one still works", async (_what, change) => {
    const { code, verifier } = await codeFor();
    const changed = change(verifier);
    const { status, answer } = await redeem({ code, ...(changed === undefined ? {} : { code_verifier: changed }) });
    expect(status).toBe(400);
    expect(answer.access_token).toBeUndefined();
    expect((await redeem({ code, code_verifier: verifier })).status).toBe(200);
  });
});

describe("a code that is no code", () => {
  it.each(["", "x", "a".repeat(43), "a".repeat(4_000), "' or 1=1 --", "../../etc", "null", "hf_rt_x"])(
    "is refused: %j",
    async (code) => {
      const { status, answer } = await redeem({ code, code_verifier: "a".repeat(43) });
      expect(status).toBe(400);
      expect(answer).toMatchObject({ retryable: false });
    },
  );

  it("is not looked for in the address", async () => {
    const { code, verifier } = await codeFor();
    const response = await fetch(
      `${odd.instance.issuer}/signin/redeem?client_id=device&code=${code}&code_verifier=${verifier}`,
      { method: "POST" },
    );
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect((await redeem({ code, code_verifier: verifier })).status).toBe(200);
  });
});

describe("a client that keeps its refresh token", () => {
  it.each<[string, Record<string, string>]>([
    ["no challenge", { code_challenge_method: "S256" }],
    ["an empty challenge", { code_challenge: "", code_challenge_method: "S256" }],
    ["no method", { code_challenge: "a".repeat(43) }],
    ["method plain", { code_challenge: "a".repeat(43), code_challenge_method: "plain" }],
    ["method s256", { code_challenge: "a".repeat(43), code_challenge_method: "s256" }],
    ["42 characters", { code_challenge: "a".repeat(42), code_challenge_method: "S256" }],
    ["44 characters", { code_challenge: "a".repeat(44), code_challenge_method: "S256" }],
    ["129 characters", { code_challenge: "a".repeat(129), code_challenge_method: "S256" }],
    ["padding", { code_challenge: `${"a".repeat(43)}=`, code_challenge_method: "S256" }],
    ["base64 instead of base64url", { code_challenge: `${"a".repeat(42)}/`, code_challenge_method: "S256" }],
    ["a space", { code_challenge: `${"a".repeat(42)} `, code_challenge_method: "S256" }],
    ["a letter outside ASCII", { code_challenge: `${"a".repeat(42)}é`, code_challenge_method: "S256" }],
  ])("cannot begin without PKCE: %s", async (_what, parameters) => {
    const query = new URLSearchParams({ client_id: "device", ...parameters });
    for (const path of ["/signin", "/signin/odd", "/signin/account"]) {
      const response = await browser.request(`${odd.instance.issuer}${path}?${query}`);
      expect(response.status).toBe(400);
      expect(shownError(await response.text())).toBe("invalid_request");
    }
  });

  it("that is confidential proves itself as well, by one method", async () => {
    const { code, verifier } = await codeFor("backend");
    const body = { client_id: "backend", code, code_verifier: verifier };
    const basic = (password: string) => ({
      authorization: `Basic ${Buffer.from(`backend:${encodeURIComponent(password)}`).toString("base64")}`,
    });
    for (const headers of [{}, basic("wrong")]) {
      const { response, status, answer } = await redeem(body, headers);
      expect([status, answer.error]).toEqual([401, "invalid_client"]);
      // RFC 6749, section 5.2: to whom came with the header.
      expect(response.headers.has("www-authenticate")).toBe("authorization" in headers);
    }
    expect((await redeem({ ...body, client_secret: secret }, basic(secret))).status).toBe(400);
    expect((await redeem(body, basic(secret))).status).toBe(200);
  });
});

describe("a page that redeems", () => {
  it("must be a client's (O9)", async () => {
    const { code, verifier } = await codeFor();
    const evil = await redeem({ code, code_verifier: verifier }, { origin: "https://evil.example" });
    expect(evil.status).toBe(403);
    expect(evil.response.headers.get("access-control-allow-origin")).toBeNull();
    const good = await redeem({ code, code_verifier: verifier }, { origin: appOrigin });
    expect(good.status).toBe(200);
    expect(good.response.headers.get("access-control-allow-origin")).toBe(appOrigin);
  });
});
