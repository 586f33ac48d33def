import { describe, expect, it } from "vitest";
import type { AuthError } from "../auth-error.ts";
import { createFakeServer, json } from "./fake-server.testing.ts";
import { createManualEnv } from "./manual-env.testing.ts";
import { createServiceTokens } from "./service-tokens.ts";

const api = "https://api.example.com/orders";

/** An API that takes the tokens in `good`, or refuses them all. */
function setUp({ good = () => true }: { readonly good?: (token: string) => boolean } = {}) {
  const server = createFakeServer();
  const seen: Array<{ token: string; body: string; method: string; header: string | null }> = [];
  const env = createManualEnv(async (input, init) => {
    const request = new Request(input, { ...init, ...(init?.body ? { duplex: "half" } : {}) } as RequestInit);
    if (!request.url.startsWith(api)) return server.fetch(request);
    const token = request.headers.get("authorization")?.replace("Bearer ", "") ?? "";
    seen.push({ token, body: await request.text(), method: request.method, header: request.headers.get("x-own") });
    return good(token) ? new Response("fine") : new Response("refused", { status: 401 });
  });
  const tokens = createServiceTokens({ issuer: server.issuer, clientId: "reports", clientSecret: "s", env });
  return { server, env, tokens, seen };
}

async function* iterated() {
  yield new TextEncoder().encode("iterated");
}

const stream = () => new Response("streamed").body as ReadableStream;

describe("fetch with a token", () => {
  it("sends the token beside the caller's own headers", async () => {
    const { tokens, seen } = setUp();
    const response = await tokens.fetch(api, {
      method: "PUT",
      body: "text",
      headers: { "x-own": "1", authorization: "x" },
    });
    expect(await response.text()).toBe("fine");
    expect(seen).toEqual([{ token: "at-1", body: "text", method: "PUT", header: "1" }]);
  });

  it.each<[string, () => [string | URL | Request, RequestInit?], string]>([
    ["a text", () => [api, { method: "POST", body: "text" }], "text"],
    ["a form", () => [api, { method: "POST", body: new URLSearchParams({ a: "1" }) }], "a=1"],
    ["a blob", () => [api, { method: "POST", body: new Blob(["blob"]) }], "blob"],
    ["bytes", () => [api, { method: "POST", body: new TextEncoder().encode("bytes") }], "bytes"],
    ["no body", () => [new URL(api)], ""],
    ["a Request without a body", () => [new Request(api, { headers: { "x-own": "1" } })], ""],
    ["a Request with a body", () => [new Request(api, { method: "POST", body: "once" })], "once"],
    ["a Request with a body given anew", () => [new Request(api, { method: "POST" }), { body: "anew" }], "anew"],
  ])("asks once more with another token after a 401: %s", async (_what, make, body) => {
    const { tokens, seen, server } = setUp({ good: (token) => token === "at-2" });
    const [input, init] = make();
    const response = await tokens.fetch(input, init);
    expect(response.status).toBe(200);
    expect(seen.map(({ token, body: sent }) => [token, sent])).toEqual([
      ["at-1", body],
      ["at-2", body],
    ]);
    expect(server.count("/token")).toBe(2);
  });

  it.each<[string, () => [string, RequestInit]]>([
    ["a stream", () => [api, { method: "POST", body: stream(), duplex: "half" } as RequestInit]],
    ["what is iterated", () => [api, { method: "POST", body: iterated(), duplex: "half" } as unknown as RequestInit]],
  ])(
    "hands the 401 on where the body cannot be sent again, and has a new token for the next: %s",
    async (_what, make) => {
      const { tokens, seen, env } = setUp({ good: (token) => token === "at-2" });
      const [input, init] = make();
      const response = await tokens.fetch(input, init);
      expect([response.status, await response.text()]).toEqual([401, "refused"]);
      expect(seen).toHaveLength(1);
      await env.settle();
      expect((await tokens.fetch(api)).status).toBe(200);
      expect(seen.map(({ token }) => token)).toEqual(["at-1", "at-2"]);
    },
  );

  it("does not hammer the token endpoint for an API that refuses everything", async () => {
    const { tokens, seen, server, env } = setUp({ good: () => false });
    for (let calls = 0; calls < 10; calls += 1) expect((await tokens.fetch(api)).status).toBe(401);
    expect(server.count("/token")).toBe(2);
    expect(seen).toHaveLength(11);
    await env.advance(30_000);
    await tokens.fetch(api);
    expect(server.count("/token")).toBe(3);
  });

  it("fetches one token for many requests that were refused at once", async () => {
    const { tokens, server } = setUp({ good: (token) => token === "at-2" });
    const responses = await Promise.all(Array.from({ length: 10 }, () => tokens.fetch(api)));
    expect(responses.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(server.count("/token")).toBe(2);
  });

  it("hands the 401 on while the server cannot be asked for another token", async () => {
    const { tokens, server } = setUp({ good: (token) => token === "at-2" });
    await tokens.getToken();
    server.faults.push(json(503, {}));
    expect((await tokens.fetch(api)).status).toBe(401);
  });

  it("gives up with its caller", async () => {
    const { tokens, server, env } = setUp();
    server.faults.push("hangs");
    const caller = new AbortController();
    const waiting = tokens.fetch(api, { signal: caller.signal }).catch((error: AuthError) => error.code);
    await env.settle();
    caller.abort();
    expect(await waiting).toBe("request_aborted");
  });
});
