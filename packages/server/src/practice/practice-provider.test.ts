import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { promisify } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { createTestBrowser } from "../testing/browser.ts";
import { freePort } from "../testing/free-port.ts";
import { createPracticeProvider, practicePeople } from "./index.ts";
import { authorizationRequest, redirectUri, startPractice } from "./practice.testing.ts";

const discoveryPath = "/.well-known/openid-configuration";

describe("a practice provider", () => {
  it("answers on both loopback addresses, so that localhost works whichever is tried first", async () => {
    const practice = await startPractice();
    try {
      for (const host of ["localhost", "127.0.0.1", "[::1]"]) {
        const answer = await fetch(`http://${host}:${practice.port}${discoveryPath}`);
        expect(await answer.json()).toMatchObject({ issuer: practice.issuer });
      }
    } finally {
      await practice.close();
    }
  });

  it("offers exactly what works", async () => {
    const practice = await startPractice();
    const metadata = (await (await fetch(practice.issuer + discoveryPath)).json()) as Record<string, unknown>;
    const { keys } = (await (await fetch(String(metadata.jwks_uri))).json()) as { keys: Record<string, string>[] };
    await practice.close();

    expect(metadata).toMatchObject({
      authorization_response_iss_parameter_supported: true,
      code_challenge_methods_supported: ["S256"],
      grant_types_supported: ["authorization_code", "refresh_token"],
      id_token_signing_alg_values_supported: ["ES256", "RS256"],
      response_types_supported: ["code"],
      scopes_supported: ["openid", "offline_access", "profile", "email"],
    });
    expect(keys.map(({ alg }) => alg)).toEqual(["ES256", "RS256"]);
    for (const key of keys) for (const secret of ["d", "p", "q"]) expect(key).not.toHaveProperty(secret);
  });

  it("says nothing on the console", async () => {
    const methods = ["info", "warn", "error", "log"] as const;
    const spies = methods.map((method) => vi.spyOn(console, method));
    const practice = await startPractice();
    const browser = createTestBrowser();
    const { url } = await authorizationRequest(practice, { scope: "openid email offline_access" });
    await browser.submit(await browser.open(url), { person: "ada-lovelace" }, redirectUri);
    await browser.open(`${practice.issuer}/session/end`);
    await practice.close();
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it("has new keys after a restart, and the same people", async () => {
    const first = await startPractice();
    const jwksOf = async ({ issuer }: { issuer: string }) => (await fetch(`${issuer}/jwks`)).text();
    const formerKeys = await jwksOf(first);
    await first.close();
    const second = await startPractice();
    expect(await jwksOf(second)).not.toBe(formerKeys);
    expect(second.people).toEqual(first.people);
    await second.close();
  });

  it("offers the people it was given", async () => {
    const [ada] = practicePeople;
    if (!ada) throw new Error("there is nobody");
    const practice = await startPractice({ people: [{ ...ada, sub: "x", name: 'Bobby "<b>" Tables' }] });
    const { html } = await createTestBrowser().open((await authorizationRequest(practice)).url);
    await practice.close();
    expect(html).toContain("Bobby &quot;&lt;b&gt;&quot; Tables");
    expect(html.match(/name="person"/g)).toHaveLength(1);
  });

  it("cannot be framed, runs no script and fetches nothing from elsewhere", async () => {
    const practice = await startPractice();
    const { html, response } = await createTestBrowser().open((await authorizationRequest(practice)).url);
    const policy = response?.headers.get("Content-Security-Policy");
    await practice.close();
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(html).not.toMatch(/<script|https:|src=/);
  });

  it("tells a visitor of its address what it is", async () => {
    const practice = await startPractice();
    const home = await fetch(practice.issuer);
    expect(home.status).toBe(200);
    expect(await home.text()).toContain("development only");
    await practice.close();
  });

  it("frees its port when it closes, even with connections open", async () => {
    const practice = await startPractice();
    await fetch(practice.issuer);
    await practice.close();
    await expect(fetch(practice.issuer)).rejects.toThrow();
    await (await startPractice({ port: practice.port, issuer: practice.issuer })).close();
  });
});

describe("a practice provider is refused", () => {
  const options = { clients: [], port: 1, logger: { info: () => undefined, error: () => undefined } };

  it.each([
    ["in production", { issuer: "http://localhost:1", mode: "production" as const }],
    ["with an issuer that others can reach", { issuer: "http://login.example.com:4001" }],
    ["with an issuer that only looks local", { issuer: "http://localhost.example.com:4001" }],
    ["with an issuer that is no origin", { issuer: "http://localhost:4001/practice" }],
    ["with an issuer that is no address", { issuer: "localhost" }],
    ["on every interface", { issuer: "http://localhost:4001", host: "0.0.0.0" }],
    ["on an interface that others can reach", { issuer: "http://localhost:4001", host: "192.168.1.2" }],
  ])("%s", async (_case, different) => {
    await expect(createPracticeProvider({ ...options, ...different })).rejects.toMatchObject({
      code: "practice_refused",
    });
  });

  it.each(["127.0.0.1", "::1"])(
    "on a port that somebody holds on %s, and holds neither address then",
    async (address) => {
      const port = await freePort();
      const holder = createServer();
      await new Promise<void>((resolve) => holder.listen(port, address, resolve));
      const start = () => startPractice({ port, issuer: `http://localhost:${port}` });
      await expect(start()).rejects.toMatchObject({ code: "port_in_use" });
      await new Promise((resolve) => holder.close(resolve));
      await (await start()).close();
    },
  );
});

it("oidc-provider is loaded by a practice provider, and by nothing in production", async () => {
  const script = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({
      resolve(specifier, context, next) {
        loaded.push(specifier);
        return next(specifier, context);
      },
    });
    const { createPracticeProvider } = await import(${JSON.stringify(new URL("index.ts", import.meta.url).href)});
    const options = { issuer: "http://localhost:4001", host: "127.0.0.1", port: 0, clients: [], logger: { info() {} } };
    const refusal = await createPracticeProvider({ ...options, mode: "production" }).catch((error) => error.code);
    const inProduction = loaded.includes("oidc-provider");
    await (await createPracticeProvider(options)).close();
    console.log(JSON.stringify({ refusal, inProduction, inDevelopment: loaded.includes("oidc-provider") }));`;
  const node = ["--conditions=holdfast-source", "--input-type=module", "--eval", script];
  const { stdout } = await promisify(execFile)(process.execPath, node);
  expect(JSON.parse(stdout)).toEqual({ refusal: "practice_refused", inProduction: false, inDevelopment: true });
});
