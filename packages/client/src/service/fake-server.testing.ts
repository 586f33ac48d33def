import type { ServiceEnv } from "./service-env.ts";

/** What may go wrong with one request. `lost-answer`: the server does what it is asked, and nobody hears of it. */
export type Fault = "lost-request" | "lost-answer" | "hangs" | Response | (() => Response);

export interface SeenRequest {
  readonly path: string;
  readonly form: URLSearchParams;
  readonly headers: Headers;
}

/** An authorization server in memory, which judges refresh tokens as Holdfast does, with an overlap of nothing. */
export interface FakeServer {
  readonly issuer: string;
  readonly fetch: ServiceEnv["fetch"];
  readonly requests: readonly SeenRequest[];
  /** How many requests a path has seen. */
  count(path: string): number;
  /** What happens to the next requests but those for metadata, one after the other. */
  readonly faults: Fault[];
  /** What becomes of the device codes: the answers to the next polls, and then `pending` for ever. */
  readonly decisions: Array<"pending" | "slow_down" | "denied" | "expired" | "confirmed">;
  /** Seconds. Default: 900. */
  expiresIn: number;
  /** The metadata. To be changed by tests. */
  metadata: Record<string, unknown>;
  /** The session's end at the server: the reason, once there is one. */
  ended: string | null;
  readonly generation: number;
  /** The tokens given back. */
  readonly revoked: readonly string[];
  /** The server's clock. */
  now: () => number;
}

const issuer = "https://id.example.com";

export function createFakeServer(): FakeServer {
  const requests: SeenRequest[] = [];
  const revoked: string[] = [];
  let issued = 0;
  let generation = 1;
  let attemptKey: string | null = null;

  const grant = (more: Record<string, unknown> = {}) =>
    json(200, {
      access_token: `at-${++issued}`,
      token_type: "Bearer",
      expires_in: server.expiresIn,
      ...more,
      server_time_ms: server.now(),
    });

  const session = () => grant({ refresh_token: `rt-${generation}`, sid: "s-1", generation });

  /** The verdict table, as far as it concerns an honest client. */
  function refresh({ form, headers }: SeenRequest): Response {
    const presented = Number(/^rt-(\d+)$/.exec(form.get("refresh_token") ?? "")?.[1]);
    const key = headers.get("idempotency-key");
    if (!presented) return refusal("refresh_token_malformed");
    if (server.ended !== null) return refusal(server.ended);
    if (presented === generation) {
      generation += 1;
      attemptKey = key;
      return session();
    }
    if (presented === generation - 1 && key !== null && key === attemptKey) return session();
    server.ended = "reuse_detected";
    return refusal("reuse_detected");
  }

  function poll(): Response {
    switch (server.decisions.shift() ?? "pending") {
      case "confirmed":
        return session();
      case "denied":
        return json(400, { error: "access_denied" });
      case "expired":
        return json(400, { error: "expired_token" });
      case "slow_down":
        return json(400, { error: "slow_down" });
      default:
        return json(400, { error: "authorization_pending" });
    }
  }

  function token(request: SeenRequest): Response {
    switch (request.form.get("grant_type")) {
      case "client_credentials":
        return grant();
      case "refresh_token":
        return refresh(request);
      default:
        return poll();
    }
  }

  function answer(request: SeenRequest): Response {
    switch (request.path) {
      case "/.well-known/oauth-authorization-server":
        return json(200, server.metadata);
      case "/token":
        return token(request);
      case "/device":
        return json(200, {
          device_code: "dc-secret",
          user_code: "WDJB-MJHT",
          verification_uri: `${issuer}/activate`,
          verification_uri_complete: `${issuer}/activate?user_code=WDJB-MJHT`,
          expires_in: 600,
          interval: 5,
        });
      case "/revoke":
        revoked.push(request.form.get("token") ?? "");
        return new Response(null, { status: 200 });
      default:
        return new Response("nothing here", { status: 404 });
    }
  }

  const server: FakeServer = {
    issuer,
    requests,
    faults: [],
    decisions: [],
    expiresIn: 900,
    metadata: {
      issuer,
      token_endpoint: `${issuer}/token`,
      device_authorization_endpoint: `${issuer}/device`,
      revocation_endpoint: `${issuer}/revoke`,
    },
    ended: null,
    revoked,
    now: () => Date.UTC(2027, 0, 1),
    get generation() {
      return generation;
    },
    count: (path) => requests.filter((request) => request.path === path).length,
    async fetch(input, init) {
      const sent = new Request(input, init);
      const path = new URL(sent.url).pathname;
      const form = new URLSearchParams(sent.method === "POST" ? await sent.text() : "");
      const request = { path, form, headers: sent.headers };
      requests.push(request);
      const fault = path.startsWith("/.well-known") ? undefined : server.faults.shift();
      if (fault instanceof Response) return fault;
      if (typeof fault === "function") return fault();
      if (fault === "hangs") return new Promise(() => undefined);
      const lost = new TypeError("fetch failed");
      if (fault === "lost-request") throw lost;
      const response = answer(request);
      if (fault === "lost-answer") throw lost;
      return response;
    },
  };
  return server;
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers });
}

/** A captive portal. */
export function html(status = 200): Response {
  return new Response("<!doctype html><title>Hotel Wi-Fi</title>", {
    status,
    headers: { "content-type": "text/html" },
  });
}

export function refusal(reason: string, more: Record<string, unknown> = {}): Response {
  return json(400, {
    error: "invalid_grant",
    error_description: "The session is over.",
    reason,
    retryable: false,
    request_id: "req-1",
    ...more,
  });
}
