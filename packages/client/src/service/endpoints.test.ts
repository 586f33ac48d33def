import { describe, expect, it } from "vitest";
import { createClock } from "../clock.ts";
import { discoverEndpoints } from "./endpoints.ts";
import { html, json } from "./fake-server.testing.ts";
import { createManualEnv } from "./manual-env.testing.ts";

const good = (issuer: string) => ({ issuer, token_endpoint: "https://id.example.com/token" });

function setUp(issuer: string, answers: Record<string, () => Response>) {
  const asked: string[] = [];
  const env = createManualEnv(async (input) => {
    asked.push(String(input));
    return (answers[String(input)] ?? (() => new Response("", { status: 404 })))();
  });
  const read = discoverEndpoints({ issuer, env, clock: createClock(env), timeoutMs: 1_000 });
  return { env, read, asked, answers };
}

describe("discovery", () => {
  it.each([
    ["https://id.example.com", "https://id.example.com/.well-known/oauth-authorization-server"],
    ["https://id.example.com", "https://id.example.com/.well-known/openid-configuration"],
    ["https://id.example.com/a/b", "https://id.example.com/.well-known/oauth-authorization-server/a/b"],
    ["https://id.example.com/a/b", "https://id.example.com/a/b/.well-known/openid-configuration"],
  ])("finds the metadata of %s at %s", async (issuer, url) => {
    const { read } = setUp(issuer, { [url]: () => json(200, good(issuer)) });
    expect(await read()).toMatchObject({ issuer, tokenEndpoint: "https://id.example.com/token" });
  });

  it("asks once an hour, once for all who want to know, and goes on with what it knows while nobody answers", async () => {
    const issuer = "https://id.example.com";
    const url = `${issuer}/.well-known/oauth-authorization-server`;
    const { env, read, asked, answers } = setUp(issuer, { [url]: () => json(200, good(issuer)) });
    await Promise.all([read(), read(), read()]);
    await env.advance(3_599_000);
    await read();
    expect(asked).toHaveLength(1);
    answers[url] = () => html();
    await env.advance(2_000);
    expect(await read()).toMatchObject({ issuer });
    const soFar = asked.length;
    await read();
    expect(asked).toHaveLength(soFar);
    answers[url] = () => json(200, { ...good(issuer), token_endpoint: "https://id.example.com/new" });
    await env.advance(61_000);
    expect(await read()).toMatchObject({ tokenEndpoint: "https://id.example.com/new" });
  });

  it.each<[string, () => Response, string]>([
    ["another issuer's metadata", () => json(200, good("https://evil.example.com")), "config_error"],
    ["the issuer with a slash more", () => json(200, good("https://id.example.com/")), "config_error"],
    ["metadata without a token endpoint", () => json(200, { issuer: "https://id.example.com" }), "config_error"],
    [
      "a token endpoint without encryption",
      () => json(200, { ...good("https://id.example.com"), token_endpoint: "http://a.example/t" }),
      "config_error",
    ],
    ["no metadata", () => new Response("", { status: 404 }), "config_error"],
    ["JSON that is no metadata", () => json(200, { hello: "world" }), "malformed_response"],
    ["a portal's page", () => html(), "malformed_response"],
    ["a redirect", () => new Response(null, { status: 302, headers: { location: "/" } }), "malformed_response"],
    ["trouble of the server's", () => json(503, {}), "server_error"],
    ["too many requests", () => json(429, {}), "rate_limited"],
  ])("says %s is what it is", async (_what, answer, code) => {
    const issuer = "https://id.example.com";
    const paths = ["oauth-authorization-server", "openid-configuration"];
    const { read } = setUp(issuer, Object.fromEntries(paths.map((path) => [`${issuer}/.well-known/${path}`, answer])));
    await expect(read()).rejects.toMatchObject({ code });
  });
});
