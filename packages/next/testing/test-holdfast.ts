import { createKit, type Kit } from "../src/kit.ts";
import type { ProcessMemory } from "../src/process-memory.ts";
import { toBase64url } from "../src/sealing/base64url.ts";
import { type Session, sessionFrom } from "../src/session/session.ts";
import type { HoldfastEvent } from "../src/settings/events.ts";
import type { HoldfastOptions } from "../src/settings/options.ts";

export const issuer = "https://id.example.com";
export const appUrl = "https://app.example.com";
export const startedAt = 1_800_000_000_000;
export const cookieSecret = "a secret of the tests, which has 32 bytes and more";

const lifetimeSeconds = 900;

/** One request that reached the stand-in for Holdfast. */
export interface Asked {
  readonly path: string;
  readonly form: URLSearchParams;
  readonly headers: Headers;
}

export type Answerer = (asked: Asked) => Response | Promise<Response>;

/** An app, a time that stands still, and a Holdfast that answers as a test wants. */
export interface TestHoldfast {
  readonly kit: Kit;
  readonly asked: readonly Asked[];
  readonly events: readonly HoldfastEvent[];
  /** What Holdfast answers from now on; a thrown error is a lost connection. */
  answer(path: string, answerer: Answerer): void;
  count(path: string): number;
  advance(ms: number): void;
  now(): number;
  /** Another process of the same app. */
  another(options?: HoldfastOptions): Kit;
}

export function createTestHoldfast(options: HoldfastOptions = {}): TestHoldfast {
  const answerers = new Map<string, Answerer>([["/refresh", refused("temporarily_unavailable", { status: 503 })]]);
  const asked: Asked[] = [];
  const events: HoldfastEvent[] = [];
  let now = startedAt;
  const defaults: HoldfastOptions = {
    issuer,
    appUrl,
    clientId: "web",
    audience: "https://api.example.com",
    cookieSecret,
    clock: { now: () => now },
    onEvent: (event) => void events.push(event),
    async fetch(url, init) {
      const path = url.slice(issuer.length);
      const request = { path, form: new URLSearchParams(String(init.body ?? "")), headers: new Headers(init.headers) };
      asked.push(request);
      const answerer = answerers.get(path);
      if (!answerer) throw new TypeError("fetch failed");
      return answerer(request);
    },
  };
  // There is no signature on the tests' tokens.
  const verifier = { verify: async () => sessionOf().claims };
  const memoryOf = () => memoryWith(new Map([[`verifier ${issuer} web`, verifier]]));
  const make = (memory: ProcessMemory, more: HoldfastOptions) =>
    createKit({ ...defaults, ...more }, { environment: {}, memory, random: () => 0 });
  return {
    kit: make(memoryOf(), options),
    asked,
    events,
    answer: (path, answerer) => void answerers.set(path, answerer),
    count: (path) => asked.filter((each) => each.path === path).length,
    advance(ms) {
      now += ms;
    },
    now: () => now,
    another: (more = options) => make(memoryOf(), more),
  };
}

function memoryWith(parts: Map<string, unknown>): ProcessMemory {
  return {
    get<T>(name: string, create: () => T): T {
      if (!parts.has(name)) parts.set(name, create());
      return parts.get(name) as T;
    },
  };
}

/** Ids begin with their time: `grant` 2 is newer than 1. */
export function idOf(number: number): string {
  return `01900000-0000-7000-8000-${String(number).padStart(12, "0")}`;
}

export interface TokenParts {
  readonly generation?: number;
  readonly grant?: number;
  readonly issuedAt?: number;
  readonly account?: string;
  /** Characters of padding, for a token that is too long. */
  readonly padding?: number;
}

export function tokenAnswer(parts: TokenParts = {}) {
  const { generation = 1, grant = 1, issuedAt = startedAt, account = idOf(70), padding = 0 } = parts;
  const claims = {
    sub: idOf(90),
    sid: idOf(80),
    grant_id: idOf(grant),
    account,
    role: "member",
    scope: "",
    iat: issuedAt / 1000,
    padding: "x".repeat(padding),
  };
  const encoded = toBase64url(new TextEncoder().encode(JSON.stringify(claims)));
  return {
    access_token: `header.${encoded}.${grant}-${generation}-${issuedAt}`,
    token_type: "Bearer" as const,
    expires_in: lifetimeSeconds,
    scope: "",
    refresh_token: `hf_rt_${grant}_${generation}`,
    server_time_ms: issuedAt,
    sid: claims.sid,
    generation,
  };
}

export function sessionOf(parts: TokenParts = {}): Session {
  const session = sessionFrom(tokenAnswer(parts));
  if (!session) throw new TypeError("the test's own answer is not one");
  return session;
}

export function answered(parts: TokenParts = {}): Answerer {
  return () => Response.json(tokenAnswer(parts));
}

interface RefusalParts {
  readonly status?: number;
  /** Default: only what is the server's trouble. */
  readonly retryable?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

export function refused(reason: string, parts: RefusalParts = {}): Answerer {
  const { status = 400, retryable = status >= 500, headers = {} } = parts;
  const body = {
    error: "invalid_grant",
    error_description: reason,
    error_uri: "",
    reason,
    retryable,
    request_id: "r1",
  };
  return () => Response.json(body, { status, headers });
}

/** The `Cookie` header of a browser after an answer. */
export function cookieAfter(response: Response, before = ""): string {
  const kept = new Map(before.split("; ").map((pair) => [pair.slice(0, pair.indexOf("=")), pair]));
  for (const line of response.headers.getSetCookie()) {
    const [pair = ""] = line.split(";");
    const name = pair.slice(0, pair.indexOf("="));
    if (line.includes("Max-Age=0")) kept.delete(name);
    else kept.set(name, pair);
  }
  return [...kept.values()].filter(Boolean).join("; ");
}

/** The `Cookie` header of a browser that holds these sessions. */
export async function cookieWith(kit: Kit, ...sessions: readonly Session[]): Promise<string> {
  const headers = await Promise.all(
    sessions.map(async (session) => cookieAfter(kit.answers.redirect("/", await kit.sessions.start(null, session)))),
  );
  return headers.join("; ");
}
