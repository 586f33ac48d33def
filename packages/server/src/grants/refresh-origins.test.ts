import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appOrigin, type TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { createRefreshInstance, postRefresh, readGrant } from "./refresh.testing.ts";

let instance: TestInstance;
beforeAll(async () => {
  instance = await createRefreshInstance();
});
afterAll(() => instance.close());

/** What a browser is told about sharing an answer. */
function sharing(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => name.startsWith("access-control-")));
}

const shared = {
  "access-control-allow-origin": appOrigin,
  "access-control-allow-credentials": "true",
  "access-control-expose-headers": "X-Request-Id, Retry-After, WWW-Authenticate, DPoP-Nonce",
};

async function refreshFrom(headers: Record<string, string>) {
  const { refreshToken, grantId } = await startSession(instance, { clientId: "app" });
  const reply = await postRefresh(
    instance,
    { client_id: "app" },
    { Cookie: `holdfast_refresh.app=${refreshToken}`, ...headers },
  );
  return { reply, generation: (await readGrant(instance, grantId)).generation };
}

describe("a refresh by cookie", () => {
  it("from the client's own page may be read by it, with credentials", async () => {
    const { reply, generation } = await refreshFrom({ Origin: appOrigin });
    expect(generation).toBe(2);
    expect(sharing(reply.headers)).toEqual(shared);
    expect(reply.headers.get("vary")?.split(", ")).toContain("Origin");
  });

  it("from our own page may be read by it", async () => {
    const { reply, generation } = await refreshFrom({ Origin: instance.issuer });
    expect(generation).toBe(2);
    expect(reply.headers.get("access-control-allow-origin")).toBe(instance.issuer);
  });

  it("without any Origin comes from a program, and is shared with no page", async () => {
    const { reply, generation } = await refreshFrom({});
    expect(generation).toBe(2);
    expect(sharing(reply.headers)).toEqual({});
    expect(reply.headers.get("vary")).toContain("Origin");
  });

  it.each<[string, () => Record<string, string>]>([
    ["a foreign page", () => ({ Origin: "https://evil.example" })],
    ["a sandboxed frame", () => ({ Origin: "null" })],
    ["another port", () => ({ Origin: "http://localhost:5997" })],
    ["another scheme", () => ({ Origin: appOrigin.replace("http:", "https:") })],
    ["a longer host", () => ({ Origin: `${appOrigin}.evil.example` })],
    ["a user name that looks like ours", () => ({ Origin: `${appOrigin}@evil.example` })],
    ["our origin with a path", () => ({ Origin: `${appOrigin}/` })],
    ["another letter case", () => ({ Origin: appOrigin.toUpperCase() })],
    ["two origins", () => ({ Origin: `${appOrigin}, https://evil.example` })],
    ["an issuer look-alike", () => ({ Origin: `${instance.issuer}0` })],
    ["a foreign page by Referer", () => ({ Referer: "https://evil.example/page" })],
    ["a foreign page that hides both", () => ({ "Sec-Fetch-Site": "cross-site" })],
    ["a sibling host that hides both", () => ({ "Sec-Fetch-Site": "same-site" })],
  ])("from %s is refused before anything happens", async (_case, headers) => {
    const { reply, generation } = await refreshFrom(headers());
    expect(reply.status).toBe(403);
    expect(reply.body).toMatchObject({ error: "invalid_request", reason: "origin_not_allowed", retryable: false });
    expect(generation).toBe(1);
    expect(sharing(reply.headers)).toEqual({});
    expect(reply.headers.getSetCookie()).toEqual([]);
  });
});

describe("an answer that is no success", () => {
  it.each<[string, RequestInit]>([
    ["a refusal", { body: new URLSearchParams({ client_id: "device", refresh_token: "nonsense" }) }],
    ["nobody signed in", { body: new URLSearchParams({ client_id: "app" }) }],
    ["a body that is too large", { body: new URLSearchParams({ client_id: "app", filler: "a".repeat(65 * 1_024) }) }],
    ["another content type", { body: "client_id=app", headers: { "Content-Type": "text/plain" } }],
  ])("%s can be read by the client's page, which else could not tell a verdict from weather", async (_case, init) => {
    const headers = new Headers(init.headers);
    headers.set("Origin", appOrigin);
    const response = await fetch(`${instance.issuer}/refresh`, { method: "POST", ...init, headers });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(sharing(response.headers)).toEqual(shared);
    expect(await response.json()).toMatchObject({ retryable: false, request_id: expect.any(String) });
  });
});

describe("a preflight", () => {
  const preflight = (origin: string) =>
    fetch(`${instance.issuer}/refresh`, {
      method: "OPTIONS",
      headers: {
        Origin: origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "idempotency-key,content-type",
      },
    });

  it("of the client's page is told what it may do", async () => {
    const response = await preflight(appOrigin);
    expect(response.status).toBe(204);
    expect(sharing(response.headers)).toEqual({
      ...shared,
      "access-control-allow-methods": "POST",
      "access-control-allow-headers": "Authorization, Content-Type, DPoP, Idempotency-Key, Refresh-Deadline",
      "access-control-max-age": "600",
    });
    expect(response.headers.get("vary")).toContain("Origin");
  });

  it.each(["https://evil.example", "null"])("of %s is told nothing", async (origin) => {
    const response = await preflight(origin);
    expect(response.status).toBe(403);
    expect(sharing(response.headers)).toEqual({});
  });
});
