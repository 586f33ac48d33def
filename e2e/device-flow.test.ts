import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createDeviceSession,
  createFileStorage,
  createServiceTokens,
  runtimeEnv,
  type ServiceTokensOptions,
} from "@holdfast/client/service";
import * as jose from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apiResource, type OpenIdServer, serviceSecret, startOpenIdServer } from "./support/openid-server.ts";
import { createHeadlessBrowser, type Visit } from "./upstream/headless-browser.ts";

let server: OpenIdServer;
let keys: jose.GenerateKeyPairResult;
let data: string;

beforeAll(async () => {
  keys = await jose.generateKeyPair("ES256", { extractable: true });
  server = await startOpenIdServer({ ...(await jose.exportJWK(keys.publicKey)), kid: "one", use: "sig", alg: "ES256" });
  data = await mkdtemp(join(tmpdir(), "holdfast-device-flow-"));
});
afterAll(async () => {
  await server?.close();
  await rm(data, { recursive: true, force: true });
});

describe("service tokens from another make of server", () => {
  const assertion = ({ issuer }: { readonly issuer: string | null }) =>
    new jose.SignJWT({})
      .setProtectedHeader({ alg: "ES256", kid: "one" })
      .setIssuer("signer")
      .setSubject("signer")
      .setAudience(issuer ?? "")
      .setJti(crypto.randomUUID())
      .setIssuedAt()
      .setExpirationTime("1m")
      .sign(keys.privateKey);

  it.each<[string, Partial<ServiceTokensOptions>]>([
    ["client_secret_basic", { clientId: "basic: a service", clientSecret: serviceSecret }],
    ["client_secret_post", { clientId: "post", clientSecret: serviceSecret, authMethod: "client_secret_post" }],
    ["private_key_jwt", { clientId: "signer", clientAssertion: assertion }],
  ])("are granted by %s, for the resource and scope that were asked for", async (_method, client) => {
    const options = { issuer: server.issuer, resource: apiResource, scope: "orders:read", ...client };
    const tokens = createServiceTokens(options as ServiceTokensOptions);
    const [token, same] = await Promise.all([tokens.getToken(), tokens.getToken()]);
    expect(same).toBe(token);
    const found = await server.provider.ClientCredentials.find(token);
    expect(found).toMatchObject({ clientId: client.clientId, scope: "orders:read", aud: apiResource });
    expect(await tokens.getToken({ forceRefresh: true })).not.toBe(token);
  });

  it("are refused with a wrong secret, which shows in no text", async () => {
    const clientSecret = "not the secret at all";
    const tokens = createServiceTokens({ issuer: server.issuer, clientId: "post", clientSecret });
    const error = await tokens.getToken().catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ code: "invalid_client", kind: "developer", status: 401 });
    expect(`${error} ${JSON.stringify(error)}`).not.toContain(clientSecret);
  });
});

describe("the device flow of another make of server", () => {
  /** A minute passes in a second: the server's pace of five seconds is kept, but not waited for. */
  const env = {
    ...runtimeEnv(),
    setTimer: (callback: () => void, delay: number) => setTimeout(callback, delay / 60),
  };

  function open(name: string) {
    const storage = createFileStorage(join(data, `${name}.json`));
    const scope = "openid offline_access";
    return createDeviceSession({
      issuer: server.issuer,
      clientId: "sensor",
      scope,
      storage,
      env,
      requestTimeoutMs: 600_000,
    });
  }

  it("signs in, keeps the session through rotations and restarts, and gives it back", async () => {
    const session = open("kept");
    const { code, completed } = await session.start();
    expect(code.userCode).toMatch(/^[A-Z]{4}-[A-Z]{4}$/);
    const done = completed();
    await confirm(code.verificationUriComplete ?? "");
    await done;
    const seen = new Set([await session.getToken()]);
    for (let turns = 0; turns < 3; turns += 1) seen.add(await session.getToken({ forceRefresh: true }));
    session.dispose();

    const next = open("kept");
    expect((await next.ready()).status).toBe("active");
    expect(seen).toContain(await next.getToken());
    seen.add(await next.getToken({ forceRefresh: true }));
    expect(seen.size).toBe(5);
    expect(seen).not.toContain(null);

    await next.signOut();
    expect(next.state).toMatchObject({ status: "ended", reason: "signed_out" });
  });

  it("tells that the person has refused", async () => {
    const session = open("refused");
    const { code, completed } = await session.start();
    const done = completed().catch((error: { code: string }) => error.code);
    await confirm(code.verificationUriComplete ?? "", { abort: "yes" });
    expect(await done).toBe("access_denied");
    expect(session.state.status).toBe("anonymous");
  });

  it("ends when the server no longer knows the grant", async () => {
    const session = open("ended");
    const { code, completed } = await session.start();
    const done = completed();
    await confirm(code.verificationUriComplete ?? "");
    await done;
    const found = await server.provider.AccessToken.find((await session.getToken()) ?? "");
    await server.provider.RefreshToken.revokeByGrantId(found?.grantId ?? "");
    expect(await session.getToken({ forceRefresh: true })).toBeNull();
    expect(session.state).toMatchObject({ status: "ended", reason: "session_unknown" });
  });
});

/** What a person does on another screen: the code, the confirmation, the sign-in. */
async function confirm(address: string, decision: Record<string, string> = {}): Promise<void> {
  const browser = createHeadlessBrowser();
  /** Sends the page's form, as a click on its button would. */
  function submit(page: Visit, fields: Record<string, string> = {}): Promise<Visit> {
    const action = /<form[^>]* action="([^"]+)"/.exec(page.html)?.[1];
    if (!action) throw new Error(`no form at ${page.url}: ${page.html}`);
    const hidden = [...page.html.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
    const body = new URLSearchParams(hidden.map(([, name = "", value = ""]) => [name, value]));
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    return browser.open(new URL(action, page.url), "none:", { method: "POST", body });
  }
  const entered = await submit(await browser.open(address, "none:"));
  const confirmed = await submit(entered, decision);
  if (decision.abort !== undefined) return;
  const signedIn = await submit(confirmed, { login: "ada", password: "any" });
  expect(signedIn.html).toContain("successful");
}
