import type { RequestListener, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { freePort } from "../testing/free-port.ts";
import { appOrigin } from "../testing/instance.ts";
import {
  createOddInstance,
  type Endpoint,
  type OddInstance,
  type OddProvider,
  sendJson,
  shownError,
  startOddProvider,
  trySignIn,
} from "./odd-provider.testing.ts";

let odd: OddInstance;
let good: OddProvider;
beforeAll(async () => {
  good = await startOddProvider();
  odd = await createOddInstance(
    {
      signin: { defaultProvider: "odd" },
      providers: [
        { id: "good", issuer: good.issuer, clientId: "holdfast" },
        { id: "gone", issuer: `http://localhost:${await freePort()}`, clientId: "holdfast" },
        { id: "nowhere", issuer: "http://no-such-host.invalid", clientId: "holdfast" },
      ],
    },
    { timeout: "1s" },
  );
});
afterAll(async () => {
  await odd.close();
  await good.close();
});

// An hour later nothing is remembered as fresh, and no failure either.
beforeEach(() => {
  odd.instance.clock.advance(3_600_000);
  good.behave({ secondsAhead: ahead() });
});

const ahead = () => Math.round((odd.instance.clock.now() - Date.now()) / 1000);

const discovery: Endpoint = "/.well-known/openid-configuration";
const endpoints: readonly Endpoint[] = ["/token", "/jwks", "/userinfo"];
const megabyte = Buffer.alloc(1_048_576, "a");

const bad = {
  silence: () => undefined,
  drip(_request, response) {
    response.writeHead(200, { "Content-Type": "application/json" });
    const timer = setInterval(() => response.write(" "), 100);
    response.once("close", () => clearInterval(timer));
  },
  hangUp: (request) => request.socket.destroy(),
  halfAnAnswer(_request, response) {
    response.writeHead(200, { "Content-Type": "application/json", "Content-Length": "1000" });
    response.write("{", () => response.destroy());
  },
  html: (_request, response) => void response.writeHead(200, { "Content-Type": "text/html" }).end("<h1>Welcome</h1>"),
  htmlAsJson: (_request, response) =>
    void response.writeHead(200, { "Content-Type": "application/json" }).end("<h1>Welcome</h1>"),
  nothing: (_request, response) => void response.writeHead(204).end(),
  list: (_request, response) => sendJson(response, 200, []),
  nil: (_request, response) => sendJson(response, 200, null),
  endless: (_request, response) => pour(response, 64),
  bomb(_request, response) {
    response.writeHead(200, { "Content-Type": "application/json", "Content-Encoding": "gzip" }).end(bombBytes);
  },
} satisfies Record<string, RequestListener>;

// 200 MB of spaces in a JSON document, 200 KB on the wire.
const bombBytes = gzipSync(Buffer.alloc(200 * 1_048_576, " "), { level: 9 });
let poured = 0;

function pour(response: ServerResponse, megabytes: number): void {
  response.writeHead(200, { "Content-Type": "application/json" });
  poured = 0;
  const more = () => {
    while (poured < megabytes && !response.destroyed) {
      poured++;
      if (!response.write(megabyte)) return void response.once("drain", more);
    }
    response.end();
  };
  more();
}

const table: readonly [keyof typeof bad, string][] = [
  ["silence", "provider_unavailable"],
  ["drip", "provider_unavailable"],
  ["hangUp", "provider_unavailable"],
  ["halfAnAnswer", "provider_unavailable"],
  ["html", "provider_response_invalid"],
  ["htmlAsJson", "provider_response_invalid"],
  ["nothing", "provider_response_invalid"],
  ["list", "provider_response_invalid"],
  ["nil", "provider_response_invalid"],
  ["endless", "provider_response_invalid"],
  ["bomb", "provider_response_invalid"],
];

// In this order: a document once read is used on while it cannot be renewed, so each must fail before it succeeds.
describe.each<Endpoint>([discovery, ...endpoints])("bad weather at %s", (endpoint) => {
  it.each(table)("%s is told as %s, soon, and others sign in meanwhile", async (weather, code) => {
    const started = performance.now();
    const bystander = odd.instance.browser().open(`${odd.instance.issuer}/signin/good`, appOrigin);
    const { result, browser, status } = await trySignIn(odd, {
      secondsAhead: ahead(),
      takeOver: { [endpoint]: bad[weather] },
    });
    expect((await bystander).response).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(browser.cookieNames).not.toContain("holdfast_session");
    expect(result).toBe(code);
    expect(status).toBe(code === "provider_unavailable" ? 503 : 502);
  });
});

describe("an answer without end", () => {
  it("is left after a megabyte", async () => {
    odd.instance.clock.advance(3_600_000);
    await trySignIn(odd, { secondsAhead: ahead(), takeOver: { "/token": bad.endless } });
    // What the sockets' buffers hold was sent, but not read.
    expect(poured).toBeLessThan(16);
  });

  it("of zeros is not unpacked into memory", async () => {
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 3; i++) await trySignIn(odd, { secondsAhead: ahead(), takeOver: { "/token": bad.bomb } });
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1_048_576);
  });
});

describe("a provider that is not there", () => {
  it.each(["gone", "nowhere"])("is unavailable, and says when to come back: %s", async (id) => {
    const response = await fetch(`${odd.instance.issuer}/signin/${id}`, { redirect: "manual" });
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toMatch(/^\d+$/);
    expect(await response.json()).toMatchObject({ code: "provider_unavailable", retryable: true });
  });

  it("is not asked again by everyone at once", async () => {
    odd.provider.behave({ takeOver: { [discovery]: bad.hangUp } });
    const asks = () => fetch(`${odd.instance.issuer}/signin/odd`, { redirect: "manual" });
    await Promise.all(Array.from({ length: 10 }, asks));
    await asks();
    expect(odd.provider.asked(discovery)).toBeLessThanOrEqual(2);
  });

  it("is asked again once it is back", async () => {
    await trySignIn(odd, { takeOver: { [discovery]: bad.hangUp } });
    odd.instance.clock.advance(2_001);
    expect((await trySignIn(odd, { secondsAhead: ahead() })).result).toBe("signed in");
  });
});

describe("a discovery document", () => {
  it.each([
    ["another issuer", { issuer: "https://evil.example" }],
    ["the issuer with a slash", { issuer: "http://localhost/" }],
    ["no issuer", { issuer: undefined }],
  ])("with %s is refused (N3)", async (_what, document) => {
    const fresh = await createOddInstance();
    fresh.provider.behave({ discovery: document });
    const visit = await fresh.instance.browser().open(`${fresh.instance.issuer}/signin`, appOrigin);
    expect(["provider_issuer_mismatch", "provider_response_invalid"]).toContain(shownError(visit.html));
    expect(visit.response?.status).toBe(502);
    await fresh.close();
  });
});
