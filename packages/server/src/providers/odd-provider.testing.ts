import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import type { ConfigInput } from "../config/index.ts";
import { appOrigin, createTestInstance, type TestInstance, testClient } from "../testing/instance.ts";

/** Where a provider can be odd. */
export type Endpoint = "/.well-known/openid-configuration" | "/authorize" | "/token" | "/jwks" | "/userinfo";

/** What a provider does differently from a good one. A member that is `undefined` leaves that one out. */
export interface Oddities {
  /** Laid over the discovery document. */
  readonly discovery?: Record<string, unknown>;
  /** Laid over the parameters that go back with the person. */
  readonly returned?: Record<string, string | undefined>;
  /** Laid over the token endpoint's answer. */
  readonly answer?: Record<string, unknown>;
  /** Laid over the ID token's claims. */
  readonly claims?: Record<string, unknown>;
  /** Laid over the ID token's header. */
  readonly header?: Record<string, unknown>;
  /** Makes the ID token in its own way. */
  readonly idToken?: (claims: JWTPayload) => string | Promise<string>;
  /** Laid over the answer of the userinfo endpoint, which otherwise has `sub` only. */
  readonly userInfo?: Record<string, unknown>;
  /** How far its clock is ahead of the machine's. */
  readonly secondsAhead?: number;
  /** Takes a whole endpoint over. */
  readonly takeOver?: Partial<Record<Endpoint, RequestListener>>;
}

/** An OpenID provider that signs everybody in without asking, and misbehaves as told. */
export interface OddProvider {
  readonly issuer: string;
  /** Replaces what it did differently so far. */
  behave(oddities: Oddities): void;
  /** How often an endpoint was asked since it last began to behave in some way. */
  asked(endpoint: Endpoint): number;
  /** Every secret it handed out or was shown: codes, states, tokens. */
  readonly secrets: ReadonlySet<string>;
  close(): Promise<void>;
}

const signingKey = await generateKeyPair("ES256", { extractable: true });
const keyId = "odd-1";

export async function startOddProvider(): Promise<OddProvider> {
  let oddities: Oddities = {};
  const asked = new Map<string, number>();
  const secrets = new Set<string>();
  const signins = new Map<string, { readonly nonce: string; readonly challenge: string; readonly clientId: string }>();
  const subjects = new Map<string, unknown>();

  function secret(): string {
    const value = randomBytes(24).toString("base64url");
    secrets.add(value);
    return value;
  }

  const endpoints: Record<Endpoint, (request: IncomingMessage, response: ServerResponse) => Promise<void> | void> = {
    "/.well-known/openid-configuration": (_request, response) => sendJson(response, 200, discovery()),
    "/authorize": authorize,
    "/token": redeem,
    "/jwks": async (_request, response) =>
      sendJson(response, 200, { keys: [{ ...(await exportJWK(signingKey.publicKey)), kid: keyId, alg: "ES256" }] }),
    "/userinfo"(request, response) {
      const token = request.headers.authorization?.slice("Bearer ".length) ?? "";
      sendJson(response, 200, { sub: subjects.get(token), ...oddities.userInfo });
    },
  };

  const server = createServer(async (request, response) => {
    const endpoint = new URL(request.url ?? "/", issuer).pathname as Endpoint;
    asked.set(endpoint, (asked.get(endpoint) ?? 0) + 1);
    response.setHeader("Date", new Date(now() * 1000).toUTCString());
    const own = oddities.takeOver?.[endpoint];
    if (own) return own(request, response);
    await endpoints[endpoint]?.(request, response);
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`;

  const now = () => Math.floor(Date.now() / 1000) + (oddities.secondsAhead ?? 0);

  function discovery() {
    return {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      userinfo_endpoint: `${issuer}/userinfo`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["ES256"],
      code_challenge_methods_supported: ["S256"],
      authorization_response_iss_parameter_supported: true,
      ...oddities.discovery,
    };
  }

  function authorize(request: IncomingMessage, response: ServerResponse) {
    const asked = new URL(request.url ?? "/", issuer).searchParams;
    const of = (name: string) => asked.get(name) ?? "";
    const code = secret();
    secrets.add(of("state")).add(of("nonce"));
    signins.set(code, { nonce: of("nonce"), challenge: of("code_challenge"), clientId: of("client_id") });
    const back = new URL(of("redirect_uri"));
    for (const [name, value] of Object.entries({ code, state: of("state"), iss: issuer, ...oddities.returned })) {
      if (value !== undefined) back.searchParams.set(name, value);
    }
    response.writeHead(303, { Location: back.href }).end();
  }

  async function redeem(request: IncomingMessage, response: ServerResponse) {
    const form = new URLSearchParams(await text(request));
    const signin = signins.get(form.get("code") ?? "");
    signins.delete(form.get("code") ?? "");
    const verifier = form.get("code_verifier") ?? "";
    secrets.add(verifier);
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    if (signin?.challenge !== challenge) return sendJson(response, 400, { error: "invalid_grant" });
    const claims: JWTPayload = {
      iss: issuer,
      sub: "ada",
      aud: signin.clientId,
      nonce: signin.nonce,
      iat: now(),
      exp: now() + 300,
      name: "Ada Lovelace",
      email: "ada@example.com",
      email_verified: true,
      ...oddities.claims,
    };
    const idToken = await (oddities.idToken ?? sign)(claims);
    const accessToken = secret();
    secrets.add(idToken);
    subjects.set(accessToken, claims.sub);
    sendJson(response, 200, {
      access_token: accessToken,
      refresh_token: secret(),
      token_type: "Bearer",
      expires_in: 300,
      id_token: idToken,
      ...oddities.answer,
    });
  }

  const sign = (claims: JWTPayload) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: "ES256", kid: keyId, ...oddities.header })
      .sign(signingKey.privateKey);

  return {
    issuer,
    secrets,
    asked: (endpoint) => asked.get(endpoint) ?? 0,
    behave(next) {
      oddities = next;
      asked.clear();
    },
    close: () => closeServer(server),
  };
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

export interface OddInstance {
  readonly instance: TestInstance;
  readonly provider: OddProvider;
  close(): Promise<void>;
}

type TestProvider = NonNullable<ConfigInput["providers"]>[number];

/** A whole instance whose only provider, `odd`, is an odd one; `config.providers` come beside it. */
export async function createOddInstance(
  config: ConfigInput = {},
  providerSettings: Partial<TestProvider> = {},
): Promise<OddInstance> {
  const provider = await startOddProvider();
  const odd = { id: "odd", issuer: provider.issuer, clientId: "holdfast", ...providerSettings };
  const instance = await createTestInstance({
    hasPractice: false,
    config: { clients: [testClient], ...config, providers: [odd, ...(config.providers ?? [])] },
  });
  return {
    instance,
    provider,
    async close() {
      await instance.close();
      await provider.close();
    },
  };
}

/** The stable code an error page or problem shows; null where it shows none. */
export function shownError(text: string): string | null {
  return /\/errors\/([a-z_]+)"/.exec(text)?.[1] ?? null;
}

/** Signs in with a new browser at a provider that behaves like this: the error shown, or `signed in`. */
export async function trySignIn({ instance, provider }: OddInstance, oddities: Oddities, path = "/signin") {
  provider.behave(oddities);
  const browser = instance.browser();
  const visit = await browser.open(instance.issuer + path, appOrigin);
  const isSignedIn = visit.response === undefined;
  return { browser, visit, result: isSignedIn ? "signed in" : shownError(visit.html), status: visit.response?.status };
}
