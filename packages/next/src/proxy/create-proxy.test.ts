import { NextRequest, NextResponse } from "next/server.js";
import { describe, expect, it } from "vitest";
import {
  answered,
  appUrl,
  cookieWith,
  createTestHoldfast,
  refused,
  sessionOf,
  startedAt,
} from "../../testing/test-holdfast.ts";
import { proxyOf } from "./create-proxy.ts";
import { createPathMatcher } from "./paths.ts";

async function setUp() {
  const holdfast = createTestHoldfast();
  holdfast.answer("/refresh", answered({ generation: 2, issuedAt: startedAt + 900_000 }));
  const cookie = await cookieWith(holdfast.kit, sessionOf());
  const proxy = proxyOf(() => holdfast.kit, {
    protect: ["/orders/*", "/api/orders"],
    api: ["/api/*"],
    handle: (request, { state }) => NextResponse.next({ request, headers: { "x-state": state } }),
  });
  const visit = (path: string, header = cookie) =>
    proxy(new NextRequest(`${appUrl}${path}`, { headers: { cookie: header } }));
  return { ...holdfast, cookie, visit };
}

describe("the proxy", () => {
  it("passes on what needs nothing, without a header of its own", async () => {
    const { visit } = await setUp();
    const response = await visit("/orders/1");
    expect([response.headers.get("x-state"), response.headers.getSetCookie()]).toEqual(["active", []]);
    expect(response.headers.get("cache-control")).toBeNull();
  });

  it("renews a session, and lets the page see the new cookie", async () => {
    const { visit, advance, kit } = await setUp();
    advance(900_000);
    const response = await visit("/orders/1");
    expect(response.headers.getSetCookie()[0]).toMatch(/^__Host-holdfast_next\.web~2\./);
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    const seen = response.headers.get("x-middleware-request-cookie");
    expect(await kit.sessions.look(seen)).toMatchObject({ status: "active", session: { generation: 2 } });
  });

  it.each([
    ["/orders", "/orders"],
    ["/orders/1?a=b", "/orders/1?a=b"],
    ["/orders/", "/orders/"],
  ])("sends nobody's request for %s to the sign-in, and back", async (path, back) => {
    const { visit } = await setUp();
    const response = await visit(path, "");
    const location = new URL(String(response.headers.get("location")));
    expect([response.status, location.origin + location.pathname]).toEqual([303, `${appUrl}/auth/signin`]);
    expect(location.searchParams.get("return_to")?.replace(/\/$/, "")).toBe(back.replace(/\/$/, ""));
  });

  it("answers nobody's program with a 401", async () => {
    const { visit } = await setUp();
    expect((await visit("/api/orders", "")).status).toBe(401);
    expect((await visit("/api/anything", "")).status).toBe(200);
  });

  it("redirects nobody for trouble: a page renders, and a program gets a 503", async () => {
    const { visit, advance, answer } = await setUp();
    answer("/refresh", refused("temporarily_unavailable", { status: 503 }));
    advance(900_000);
    const page = await visit("/orders");
    expect([page.status, page.headers.get("x-state"), page.headers.getSetCookie()]).toEqual([200, "stale", []]);
    const program = await visit("/api/orders");
    expect([program.status, program.headers.getSetCookie()]).toEqual([503, []]);
    expect(Number(program.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  it("ends a session that Holdfast refuses, and tells the page so", async () => {
    const { visit, advance, answer, kit } = await setUp();
    answer("/refresh", refused("reuse_detected"));
    advance(900_000);
    const page = await visit("/");
    expect(page.headers.get("x-state")).toBe("ended");
    const seen = page.headers.get("x-middleware-request-cookie");
    expect(await kit.sessions.look(seen)).toMatchObject({ status: "ended", reason: "reuse_detected" });
    expect((await visit("/orders")).headers.getSetCookie().join()).toContain("Max-Age=0");
  });

  it("leaves the handlers to themselves", async () => {
    const { visit, advance, asked } = await setUp();
    advance(900_000);
    expect((await visit("/auth/token")).headers.getSetCookie()).toEqual([]);
    expect(asked).toHaveLength(0);
  });
});

describe("a path", () => {
  const matches = createPathMatcher(["/", "/one", "/all/*"]);
  it.each([
    ["/", true],
    ["/one", true],
    ["/one/", true],
    ["/one/two", false],
    ["/all", true],
    ["/all/", true],
    ["/all/of/it", true],
    ["/allure", false],
    ["/two", false],
  ])("%s is covered: %s", (path, expected) => {
    expect(matches(path)).toBe(expected);
  });

  it("that covers everything is said by /*", () => {
    expect(createPathMatcher(["/*"])("/anything/at/all")).toBe(true);
  });

  it.each(["orders", "", "/a*", "/*/b", "/a?b", "https://a/"])("is not spelt %s", (pattern) => {
    expect(() => createPathMatcher([pattern])).toThrow(TypeError);
  });
});
