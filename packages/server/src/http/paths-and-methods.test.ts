import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { shownError } from "../providers/odd-provider.testing.ts";
import { createTestInstance, type TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { rawRequest } from "./raw-request.testing.ts";

let instance: TestInstance;
beforeAll(async () => {
  instance = await createTestInstance();
});
afterAll(() => instance.close());

const routes: readonly [string, readonly string[]][] = [
  ["/", ["GET"]],
  ["/signin", ["GET"]],
  ["/signin/practice", ["GET"]],
  ["/signin/account", ["GET", "POST"]],
  ["/signin/redeem", ["POST"]],
  ["/integrations/oauth2/callback", ["GET"]],
  ["/refresh", ["POST"]],
  ["/signout", ["GET", "POST"]],
  ["/signed-out", ["GET"]],
  ["/session", ["GET"]],
  ["/feed", ["GET"]],
  ["/errors", ["GET"]],
  ["/errors/not_found", ["GET"]],
  ["/.well-known/openid-configuration", ["GET"]],
  ["/.well-known/oauth-authorization-server", ["GET"]],
  ["/jwks", ["GET"]],
  ["/livez", ["GET"]],
  ["/readyz", ["GET"]],
];
const wrong = routes.flatMap(([path, allowed]) =>
  ["GET", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"]
    .filter((method) => !allowed.includes(method))
    .map((method) => [method, path, allowed] as const),
);

describe("a method that a path does not take", () => {
  it.each(wrong)("%s %s is 405, with the methods it takes", async (method, path, allowed) => {
    const response = await fetch(instance.issuer + path, { method, redirect: "manual" });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")?.split(", ")).toEqual(expect.arrayContaining([...allowed]));
    expect(await response.json()).toMatchObject({ code: "method_not_allowed" });
  });

  it.each(["TRACE", "CONNECT", "FOO", "get"])("%s is refused", async (method) => {
    const { status } = await rawRequest(instance.issuer, [`${method} /session HTTP/1.1`]);
    expect(status === 405 || status === 400 || Number.isNaN(status)).toBe(true);
  });
});

describe("an address that does not exist", () => {
  it.each([
    "/nowhere",
    "/signin/practice/x",
    "/Signin",
    "/SESSION",
    "/session/",
    "/refresh/",
    "//session",
    "/admin",
    "/.env",
    "/errors/",
    "/metrics",
  ])("%s is 404: problem details for programs, a page for people", async (path) => {
    const { status, body, head } = await rawRequest(instance.issuer, [`GET ${path} HTTP/1.1`]);
    expect(status).toBe(404);
    expect(head).toMatch(/content-type: application\/problem\+json/i);
    expect(JSON.parse(body.slice(body.indexOf("{"), body.lastIndexOf("}") + 1))).toMatchObject({
      code: "not_found",
      status: 404,
      retryable: false,
    });
    const page = await rawRequest(instance.issuer, [`GET ${path} HTTP/1.1`, "Accept: text/html,*/*;q=0.8"]);
    expect(page.status).toBe(404);
    expect(page.head).toMatch(/content-type: text\/html/i);
    expect(shownError(page.body)).toBe("not_found");
  });

  it("of an unknown provider is 404 with a name of its own", async () => {
    for (const provider of [
      "nobody",
      "practice2",
      "__proto__",
      "constructor",
      "%20",
      "PRACTICE",
      "redeem2",
      "\u0000".replace("\u0000", "%00"),
    ]) {
      const response = await fetch(`${instance.issuer}/signin/${provider}`, { redirect: "manual" });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: "provider_unknown" });
    }
  });

  it("says what was asked for nowhere in its page", async () => {
    const { body } = await rawRequest(instance.issuer, [
      "GET /<script>alert(1)</script> HTTP/1.1",
      "Accept: text/html",
    ]);
    expect(body).not.toContain("<script");
  });
});

describe("an encoded path (R4)", () => {
  it.each([
    ["/errors/%ff", 404],
    ["/errors/%", 404],
    ["/errors/%zz", 404],
    ["/errors/%00", 404],
    ["/errors/%c0%ae", 404],
    ["/errors/not_found%00", 404],
    ["/errors/not_found%2f", 404],
    ["/errors/..%2fsession", 404],
    ["/errors/%6eot_found", 200],
    ["/errors/__proto__", 404],
    ["/errors/constructor", 404],
    ["/errors/toString", 404],
    ["/signin/%2e%2e%2f", 404],
    ["/signin/..%2fsession", 404],
    ["/signin/%2e%2e%5csession", 404],
    ["/signin/%ff", 404],
    ["/signin/%", 404],
    ["/signin/practice%2f..", 404],
    ["/signin%2fpractice", 404],
    ["/signin%3fclient_id=app", 404],
    ["/signin;x=1", 404],
    ["/%ff", 404],
    ["/%", 404],
    ["/%00", 404],
    ["/session%20", 404],
    ["/session%23", 404],
    ["/session.json", 404],
    ["/%2573ession", 404],
    ["/%2fsession", 404],
  ])("%s is %i, never an error of ours", async (path, status) => {
    const answer = await rawRequest(instance.issuer, [`GET ${path} HTTP/1.1`]);
    expect(answer.status).toBe(status);
  });

  it("that spells a guarded route otherwise is guarded all the same", async () => {
    const { cookie, session } = await startSession(instance);
    for (const path of [
      "/%73ignout",
      "/sign%6fut",
      "/./signout",
      "/x/../signout",
      "/%2e/signout",
      "/x/%2e%2e/signout",
    ]) {
      const answer = await rawRequest(instance.issuer, [
        `POST ${path} HTTP/1.1`,
        "Origin: https://evil.example",
        `Cookie: holdfast_session=${cookie}`,
        "Content-Length: 0",
      ]);
      expect([403, 404]).toContain(answer.status);
      expect(answer.head).not.toMatch(/access-control-allow-origin/i);
    }
    const [row] = await instance.sql<{ revoked_at: Date | null }>("select revoked_at from sessions where id = $1", [
      session.id,
    ]);
    expect(row?.revoked_at).toBeNull();
  });

  it.each([
    "GET http://evil.example/session HTTP/1.1",
    "GET https://evil.example//session HTTP/1.1",
    "GET //evil.example/session HTTP/1.1",
    "GET /\\evil.example/session HTTP/1.1",
    "GET * HTTP/1.1",
    "OPTIONS * HTTP/1.1",
    "GET session HTTP/1.1",
    "GET ?x HTTP/1.1",
    "GET ///// HTTP/1.1",
  ])("in an odd request line leads nowhere: %s", async (line) => {
    const { status, head } = await rawRequest(instance.issuer, [line]);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(head).not.toMatch(/^location:/im);
  });

  it.each([
    "evil.example",
    "evil.example/session?",
    "localhost:4000@evil.example",
    "a b",
    "[::1",
    "\u00ff",
    "",
    "x".repeat(5_000),
  ])("with the Host %j builds no address from it", async (host) => {
    const { status, head, body } = await rawRequest(instance.issuer, ["GET /signin HTTP/1.1", `Host: ${host}`]);
    expect([303, 400, 404, 421]).toContain(status);
    expect(head + body).not.toContain("evil.example");
    const discovery = await rawRequest(instance.issuer, [
      "GET /.well-known/openid-configuration HTTP/1.1",
      `Host: ${host}`,
    ]);
    expect(discovery.body).not.toContain("evil.example");
    if (status === 303) expect(head).toContain(encodeURIComponent(`${instance.issuer}/integrations/oauth2/callback`));
  });
});

describe("HEAD and OPTIONS", () => {
  it.each(routes.filter(([path, allowed]) => allowed.includes("GET") && path !== "/feed"))(
    "HEAD %s answers as GET, without a body",
    async (path) => {
      const [head, get] = await Promise.all(
        ["HEAD", "GET"].map((method) => fetch(instance.issuer + path, { method, redirect: "manual" })),
      );
      expect(head?.status).toBe(get?.status);
      expect(head?.headers.get("content-type")).toBe(get?.headers.get("content-type"));
      expect(await head?.text()).toBe("");
    },
  );

  it("HEAD does not use a sign-in up", async () => {
    const browser = instance.browser();
    const page = await browser.open(`${instance.issuer}/signin`);
    const back = await browser.submit(page, { person: "ada-lovelace" }, `${instance.issuer}/integrations`);
    await browser.request(back.url, { method: "HEAD" });
    expect((await browser.request(back.url)).status).toBe(303);
    expect(await instance.sql("select id from sessions where provider = 'practice'")).toHaveLength(1);
  });

  it.each(routes.map(([path]) => path))("OPTIONS %s from nowhere is no error of ours", async (path) => {
    const response = await fetch(instance.issuer + path, { method: "OPTIONS" });
    expect([204, 405]).toContain(response.status);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("an address of 8 KB", () => {
  it("is taken below the limit and refused above it", async () => {
    const of = (length: number) => fetch(`${instance.issuer}/errors?x=${"a".repeat(length)}`);
    expect((await of(8_000)).status).toBe(200);
    const refused = await of(9_000);
    expect(refused.status).toBe(414);
    expect(await refused.json()).toMatchObject({ code: "uri_too_long" });
    expect((await rawRequest(instance.issuer, [`GET /${"a".repeat(40_000)} HTTP/1.1`])).status).toBe(431);
  });
});
