/** An issuer in memory: it signs tokens as Holdfast does, and answers for metadata, keys and feed without a network. */
import { createHash, randomBytes } from "node:crypto";
import type { AccessTokenClaims, FeedMessage } from "@holdfast/protocol";
import { exportJWK, generateKeyPair, type JSONWebKeySet, SignJWT } from "jose";

export interface BenchIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly keySet: JSONWebKeySet;
  /** Distinct tokens, each of a session of its own, good for an hour. */
  signTokens(count: number): Promise<string[]>;
  /** Answers as the issuer's HTTP interface does; the feed tells of its revocations and stays open. */
  readonly fetch: (url: string) => Promise<Response>;
}

const issuer = "http://localhost:4000";
const audience = "https://api.example.com";

/** @param options.revocations how many other sessions the feed says are revoked */
export async function createBenchIssuer({ revocations }: { readonly revocations: number }): Promise<BenchIssuer> {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const kid = newId();
  const keySet = { keys: [{ ...(await exportJWK(publicKey)), kid, alg: "ES256", use: "sig" }] };

  function sign(): Promise<string> {
    const header = { alg: "ES256", kid, typ: "at+jwt" };
    return new SignJWT({ ...newClaims() }).setProtectedHeader(header).sign(privateKey);
  }

  async function signTokens(count: number): Promise<string[]> {
    const tokens: string[] = [];
    while (tokens.length < count) tokens.push(await sign());
    return tokens;
  }

  const answers: Readonly<Record<string, () => Response>> = {
    "/.well-known/oauth-authorization-server": () =>
      Response.json({ issuer, jwks_uri: `${issuer}/jwks`, holdfast_feed_endpoint: `${issuer}/feed` }),
    "/jwks": () => Response.json(keySet),
    "/feed": () => openFeed(revocations),
  };

  return {
    issuer,
    audience,
    keySet,
    signTokens,
    fetch: async (url) => answers[new URL(url).pathname]?.() ?? new Response(null, { status: 404 }),
  };
}

function newClaims(): AccessTokenClaims & { readonly aud: string } {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: issuer,
    sub: newId(),
    aud: audience,
    iat: now,
    exp: now + 3600,
    jti: newId(),
    client_id: "web",
    sid: newId(),
    grant_id: newId(),
    scope: "openid profile invoices:read",
    account: newId(),
    role: "member",
    auth_time: now,
  };
}

function newId(): string {
  return randomBytes(16).toString("base64url");
}

function openFeed(revocations: number): Response {
  const now = Date.now();
  const messages: FeedMessage[] = [
    { event: "hello", data: { server_time_ms: now, heartbeat_seconds: 600, horizon_seconds: 3600 } },
    ...Array.from({ length: revocations }, (): FeedMessage => {
      const digest = createHash("sha256").update(newId()).digest("base64url");
      return { event: "revoked", data: { subject: "session", digest, at_ms: now } };
    }),
    { event: "tick", data: { server_time_ms: now } },
  ];
  const text = messages.map(({ event, data }) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`).join("");
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(text)),
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}
