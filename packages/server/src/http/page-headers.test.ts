import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOddInstance, type OddInstance } from "../providers/odd-provider.testing.ts";
import { appOrigin, bodyClient, testClient } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";

let odd: OddInstance;
let cookie: string;
beforeAll(async () => {
  odd = await createOddInstance({
    clients: [testClient, bodyClient],
    providers: [{ id: "second", issuer: "http://localhost:1", clientId: "holdfast" }],
  });
  cookie = `holdfast_session=${(await startSession(odd.instance)).cookie}`;
});
afterAll(() => odd.close());

const pages: readonly [string, string, number][] = [
  ["the home page", "/", 200],
  ["the provider chooser", "/signin?client_id=app&prompt=login", 200],
  ["the account chooser", "/signin?client_id=app&prompt=select_account", 200],
  ["the sign-out question", "/signout?client_id=app", 200],
  ["the signed-out page", "/signed-out", 200],
  ["the error catalogue", "/errors", 200],
  ["an error of the catalogue", "/errors/not_found", 200],
  ["an error page", "/nowhere", 404],
  ["a callback that failed", "/integrations/oauth2/callback?code=secret-code&state=secret-state", 400],
  ["a provider that is down", "/signin/second?client_id=app", 503],
];

const open = (path: string) =>
  fetch(odd.instance.issuer + path, {
    redirect: "manual",
    headers: { cookie, accept: "text/html", "sec-fetch-site": "cross-site" },
  });

describe.each(pages)("%s", (_what, path, status) => {
  it("cannot be framed, runs nothing, loads nothing from elsewhere, is kept by nobody (A15, A16)", async () => {
    const response = await open(path);
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("text/html; charset=UTF-8");
    expect(response.headers.get("x-frame-options")).toBe("DENY");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(response.headers.get("referrer-policy")).toBe("same-origin");
    const policy = new Map(
      (response.headers.get("content-security-policy") ?? "").split("; ").map((line) => {
        const [name = "", ...values] = line.split(" ");
        return [name, values] as const;
      }),
    );
    expect(policy.get("frame-ancestors")).toEqual(["'none'"]);
    expect(policy.get("default-src")).toEqual(["'none'"]);
    expect(policy.get("base-uri")).toEqual(["'none'"]);
    expect(policy.has("script-src")).toBe(false);
    expect([["'self'"], ["'self'", appOrigin]]).toContainEqual(policy.get("form-action"));
    const html = await response.text();
    expect(html).not.toMatch(/<script|<iframe|<object|javascript:|\son\w+=/i);
    for (const [, address = ""] of html.matchAll(/\s(?:src|href|action)="([^"]*)"/g)) {
      expect(new URL(address, odd.instance.issuer).origin).toBeOneOf([odd.instance.issuer, appOrigin]);
    }
  });

  it("repeats nothing of what came in its address", async () => {
    const canary = "canary-f00d";
    const html = await (await open(`${path}${path.includes("?") ? "&" : "?"}x=${canary}&ui_locales=${canary}`)).text();
    expect(html).not.toContain(canary);
    expect(html).not.toContain("secret-code");
    expect(html).not.toContain("secret-state");
  });
});

describe("a redirect (A14)", () => {
  it.each([
    ["GET", "/signin/odd?client_id=app"],
    ["GET", "/signin?client_id=app"],
    ["GET", "/signin/account?client_id=app"],
    ["POST", "/signin/account"],
    ["POST", "/signout"],
  ])("of %s %s is 303, never one that repeats the request", async (method, path) => {
    const current = `holdfast_session=${(await startSession(odd.instance)).cookie}`;
    const response = await fetch(odd.instance.issuer + path, {
      method,
      redirect: "manual",
      headers: { cookie: path.includes("account?") ? "" : current, accept: "text/html", origin: odd.instance.issuer },
      ...(method === "POST" ? { body: new URLSearchParams({ client_id: "app" }) } : {}),
    });
    expect(response.status).toBe(303);
    expect(response.headers.get("cache-control")).toContain("no-store");
  });

  it("to the provider sends no referrer along", async () => {
    const response = await fetch(`${odd.instance.issuer}/signin/odd?client_id=app`, { redirect: "manual" });
    expect(response.headers.get("referrer-policy")).toBe("no-referrer");
  });
});
