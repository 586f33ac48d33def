import { describe, expect, it } from "vitest";
import {
  answered,
  appUrl,
  cookieWith,
  createTestHoldfast,
  idOf,
  sessionOf,
  startedAt,
} from "../../testing/test-holdfast.ts";
import type { Auth } from "../session/auth.ts";
import { answerWithAuth } from "./with-auth.ts";

async function setUp(respond: (auth: Auth) => Response | Promise<Response> = () => Response.json({})) {
  const holdfast = createTestHoldfast();
  const cookie = await cookieWith(holdfast.kit, sessionOf());
  const calls: Auth[] = [];
  const ask = (init: RequestInit & { cookie?: string } = {}) => {
    const request = new Request(`${appUrl}/api/orders`, init);
    request.headers.set("cookie", init.cookie ?? cookie);
    return answerWithAuth(holdfast.kit, request, (auth) => {
      calls.push(auth);
      return respond(auth);
    });
  };
  return { ...holdfast, ask, calls };
}

describe("a handler", () => {
  it("is told who asks, and what it answers is kept from caches", async () => {
    const { ask, calls } = await setUp();
    const response = await ask();
    expect([response.status, response.headers.get("cache-control")]).toEqual([200, "private, no-store"]);
    expect(calls[0]).toMatchObject({ state: "active", sid: idOf(80), user: { userId: idOf(90), role: "member" } });
    expect(await calls[0]?.getToken()).toBe(sessionOf().accessToken);
  });

  it("renews a session where no proxy stands before it, also for an answer that cannot be altered", async () => {
    const { ask, advance, answer } = await setUp(() => Response.redirect(`${appUrl}/orders`, 302));
    answer("/refresh", answered({ generation: 2, issuedAt: startedAt + 900_000 }));
    advance(900_000);
    const response = await ask();
    expect([response.status, response.headers.get("location")]).toEqual([302, `${appUrl}/orders`]);
    expect(response.headers.getSetCookie()[0]).toMatch(/web~2\./);
  });

  it.each<[string, { cookie?: string; method?: string; headers?: Record<string, string> }, number, string]>([
    ["nobody", { cookie: "" }, 401, "login_required"],
    ["a cookie with garbage", { cookie: "__Host-holdfast_next.web~1.000000000001.0=1.x" }, 401, "login_required"],
    [
      "a change that another site wants",
      { method: "POST", headers: { origin: "https://evil.example" } },
      403,
      "origin_not_allowed",
    ],
    ["a change that says nothing of its origin", { method: "DELETE" }, 403, "origin_not_allowed"],
  ])("is not called for %s", async (_case, init, status, code) => {
    const { ask, calls } = await setUp();
    const response = await ask(init);
    expect([response.status, (await response.json()).code, calls.length]).toEqual([status, code, 0]);
  });

  it("is not called without a usable token, and the cookie is kept", async () => {
    const { ask, calls, advance } = await setUp();
    advance(900_000);
    const response = await ask();
    expect([response.status, response.headers.getSetCookie(), calls.length]).toEqual([503, [], 0]);
    expect(response.headers.get("retry-after")).toMatch(/^\d+$/);
  });
});
