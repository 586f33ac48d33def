import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOddInstance, type OddInstance } from "../providers/odd-provider.testing.ts";

const issuer = "https://id.example.com";

let odd: OddInstance;
beforeAll(async () => {
  odd = await createOddInstance({
    issuer,
    clients: [
      {
        id: "app",
        audience: "https://api.example.com",
        signin: { success: "https://app.example.com/" },
        tokens: { refreshAbsolute: "1000d", refreshIdle: "1000d" },
      },
    ],
    sessions: { absolute: "1000d", idle: "900d" },
  });
});
afterAll(() => odd.close());

const get = (address: string, cookies: string[] = []) =>
  odd.instance.holdfast.fetch(new Request(address, { headers: { Cookie: cookies.join("; ") } }));

const pairsOf = (response: Response) => response.headers.getSetCookie().map((line) => line.split(";")[0] ?? "");

/** Walks a sign-in as it would be at the public address, which nobody listens at. */
async function signIn() {
  const out = await get(`${issuer}/signin`);
  const atProvider = await fetch(out.headers.get("location") ?? "", { redirect: "manual" });
  const back = await get(atProvider.headers.get("location") ?? "", pairsOf(out));
  return { out, back };
}

describe("cookies of an https issuer", () => {
  it("are Secure and HttpOnly, under the prefixes that hold them to this host", async () => {
    const { out, back } = await signIn();
    expect(out.headers.getSetCookie()).toEqual([
      expect.stringMatching(/^__Host-holdfast_signin=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ]);
    // A year and a bit: browsers keep a cookie for 400 days at most (RFC 6265bis, section 5.5).
    expect([...back.headers.getSetCookie()].sort()).toEqual([
      expect.stringMatching(
        /^__Host-holdfast_session=hf_s_[\w-]{64}; Max-Age=34560000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
      ),
      expect.stringMatching(
        /^__Secure-holdfast_refresh\.app~1\.[0-9a-f]{12}=hf_rt_[\w-]+; Max-Age=34560000; Path=\/refresh; HttpOnly; Secure; SameSite=Strict$/,
      ),
    ]);
    expect(back.status).toBe(303);
    expect(back.headers.get("location")).toBe("https://app.example.com/");
  });

  it("are cleared with the attributes they were set with", async () => {
    const { back } = await signIn();
    const response = await odd.instance.holdfast.fetch(
      new Request(`${issuer}/signout`, {
        method: "POST",
        headers: { Cookie: pairsOf(back).join("; "), Origin: "https://app.example.com" },
      }),
    );
    expect([...response.headers.getSetCookie()].sort()).toEqual([
      "__Host-holdfast_session=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax",
      "__Secure-holdfast_refresh.app=; Max-Age=0; Path=/refresh; HttpOnly; Secure; SameSite=Strict",
      expect.stringMatching(
        /^__Secure-holdfast_refresh\.app~1\.[0-9a-f]{12}=; Max-Age=0; Path=\/refresh; HttpOnly; Secure; SameSite=Strict$/,
      ),
    ]);
  });

  it("count under their full names only: a plain one, which any subdomain could plant, is nobody's", async () => {
    const { back } = await signIn();
    const [session = ""] = pairsOf(back).filter((pair) => pair.startsWith("__Host-"));
    expect((await get(`${issuer}/session`, [session])).status).toBe(200);
    expect((await get(`${issuer}/session`, [session.replace("__Host-", "")])).status).toBe(401);
    expect((await get(`${issuer}/session`, [session.replace("__Host-", "__host-")])).status).toBe(401);
  });

  it("come with Strict-Transport-Security, on errors too", async () => {
    for (const path of ["/", "/signin", "/session", "/nowhere", "/errors", "/jwks", `/${"a".repeat(9_000)}`]) {
      expect((await get(issuer + path)).headers.get("strict-transport-security"), path).toMatch(/^max-age=\d{8}/);
    }
  });

  it("go with answers that no cache keeps", async () => {
    const { out, back } = await signIn();
    expect(out.headers.get("cache-control")).toContain("no-store");
    expect(back.headers.get("cache-control")).toContain("no-store");
  });
});
