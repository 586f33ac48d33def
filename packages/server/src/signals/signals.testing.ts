import { randomBytes } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { createRemoteJWKSet, type JWTHeaderParameters, type JWTPayload, jwtVerify } from "jose";
import { inject } from "vitest";
import { type ConfigInput, parseConfig } from "../config/index.ts";
import { createHoldfast, type Holdfast } from "../holdfast.ts";
import { createLogger } from "../logging/logger.ts";
import { createTestInstance, type TestInstance } from "../testing/instance.ts";
import { deliveryMethods } from "./stream-request.ts";

export const secret = "a-secret-of-a-receiver-of-signals";
const shared = {
  secret: randomBytes(32).toString("base64"),
  services: [
    { id: "receiver", secret, may: ["signals" as const] },
    { id: "other", secret, may: ["signals" as const] },
    { id: "accounting", secret, may: ["signals" as const], audience: "https://accounting.example.com" },
    { id: "no-receiver", secret, may: ["follow" as const] },
  ],
} satisfies ConfigInput;

export const bothEvents = [
  "https://schemas.openid.net/secevent/caep/event-type/session-revoked",
  "https://schemas.openid.net/secevent/caep/event-type/token-claims-change",
];
export const poll = { method: deliveryMethods.poll };

/** An instance with services that receive signals. */
export function createSignalsInstance(config: ConfigInput = {}): Promise<TestInstance> {
  return createTestInstance({ hasPractice: false, config: { ...shared, ...config } });
}

/** Another node on the same database, with the same clock. */
export function addNode({ issuer, schema, clock }: TestInstance): Promise<Holdfast> {
  const config = parseConfig({ ...shared, issuer, database: { schema, poolSize: 3 } }, { mode: "development" });
  const logger = createLogger({ level: "silent" });
  return createHoldfast(config, { connection: inject("postgres"), clock, logger, background: false });
}

export const basic = (id: string, password = secret) => `Basic ${Buffer.from(`${id}:${password}`).toString("base64")}`;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the server answered.
  readonly body: any;
}

interface Call {
  readonly as?: string;
  readonly body?: unknown;
  readonly ask?: (request: Request) => Promise<Response> | Response;
  readonly signal?: AbortSignal;
}

/** Asks as a service does. */
export async function call(
  { issuer }: Pick<TestInstance, "issuer">,
  line: string,
  { as = "receiver", body, ask = fetch, signal }: Call = {},
): Promise<Answer> {
  const [method = "", path = ""] = line.split(" ");
  const url = path.startsWith("http") ? path : `${issuer}${path}`;
  const request = new Request(url, {
    method,
    headers: { authorization: basic(as), ...(body === undefined ? {} : { "content-type": "application/json" }) },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  });
  const response = await ask(request);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
}

/** Makes a service's stream, in place of the one it had; answers with its configuration. */
export async function makeStream(instance: TestInstance, body: object = {}, as = "receiver") {
  const { body: former } = await call(instance, "GET /signals/streams", { as });
  for (const { stream_id } of former) await call(instance, `DELETE /signals/streams?stream_id=${stream_id}`, { as });
  // What was before is over: the clock does not move by itself.
  instance.clock.advance(1_000);
  const made = await call(instance, "POST /signals/streams", { as, body: { events_requested: bothEvents, ...body } });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return made.body;
}

export interface VerifiedSet {
  readonly header: JWTHeaderParameters;
  readonly claims: JWTPayload & {
    readonly sub_id: { readonly format: string; readonly [member: string]: unknown };
    readonly events: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
}

/** Verifies a SET as a receiver does, by the published keys. */
export async function verifySet({ issuer }: Pick<TestInstance, "issuer">, set: string): Promise<VerifiedSet> {
  const metadata = (await (await fetch(`${issuer}/.well-known/ssf-configuration`)).json()) as { jwks_uri: string };
  const keys = createRemoteJWKSet(new URL(metadata.jwks_uri));
  const { payload, protectedHeader } = await jwtVerify(set, keys, {
    issuer,
    typ: "secevent+jwt",
    algorithms: ["RS256"],
    currentDate: new Date(0),
  });
  return { header: protectedHeader as JWTHeaderParameters, claims: payload as VerifiedSet["claims"] };
}

/** The one event of a SET. */
export function eventOf({ claims }: VerifiedSet) {
  const [[type, event] = ["", {}], ...others] = Object.entries(claims.events);
  if (others.length > 0) throw new Error("there is more than one event");
  return { type: type.slice(type.lastIndexOf("/") + 1), ...event };
}

export interface Pushed {
  readonly headers: IncomingHttpHeaders;
  readonly method: string | undefined;
  readonly set: string;
}

/** Somebody else's server, which SETs are pushed to. */
export interface PushReceiver {
  readonly url: string;
  readonly pushed: readonly Pushed[];
  /** How it answers from now on. Default: 202. */
  answer(status: number, body?: string, headers?: Record<string, string>): void;
  close(): Promise<void>;
}

export async function startPushReceiver(): Promise<PushReceiver> {
  const pushed: Pushed[] = [];
  let answer: [number, string, Record<string, string>] = [202, "", {}];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    pushed.push({ headers: request.headers, method: request.method, set: Buffer.concat(chunks).toString() });
    const [status, body, headers] = answer;
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/events`,
    pushed,
    answer(status, body = "", headers = {}) {
      answer = [status, body, headers];
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
