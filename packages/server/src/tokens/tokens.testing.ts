import type { IntrospectionAnswer } from "@holdfast/protocol";
import { inject } from "vitest";
import { type ConfigInput, parseConfig } from "../config/index.ts";
import { basic, confidentialSecret, testClients, testSecret } from "../grants/refresh.testing.ts";
import { createHoldfast, type Holdfast } from "../holdfast.ts";
import { createLogger } from "../logging/logger.ts";
import { createTestInstance, type TestInstance } from "../testing/instance.ts";

export const serviceSecret = "a service's secret: with signs+and %20, é";

/** `api` may ask about the test clients' tokens, `elsewhere` about others only, `anywhere` about all; `office` may not. */
const services: NonNullable<ConfigInput["services"]> = [
  { id: "api", secret: serviceSecret, audience: "https://api.example.com", may: ["introspect"] },
  { id: "elsewhere", secret: serviceSecret, audience: ["https://else.example.com"], may: ["introspect"] },
  { id: "anywhere", secret: serviceSecret, may: ["introspect"] },
  { id: "office", secret: serviceSecret, may: ["revoke"] },
];

/** A whole instance with the refresh tests' clients, and services. */
export function createTokensInstance(config: ConfigInput = {}): Promise<TestInstance> {
  return createTestInstance({
    hasPractice: false,
    config: { secret: testSecret, clients: [...testClients], services, ...config },
  });
}

/** Another node of an instance: the same database, configuration and clock. The caller closes it. */
export function createOtherNode(instance: TestInstance, logged: string[] = []): Promise<Holdfast> {
  const { schema, issuer, clock } = instance;
  const input = { issuer, secret: testSecret, clients: [...testClients], services, database: { schema, poolSize: 3 } };
  const config = parseConfig(input, { mode: "development" });
  const logger = createLogger({ level: "info", destination: { write: (line) => void logged.push(line) } });
  return createHoldfast(config, { connection: inject("postgres"), clock, logger });
}

export interface Answer<Body = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
}

/** Asks a door with a form, as a service or a client by Basic, unless told otherwise. */
export async function post<Body = Record<string, unknown>>(
  url: string,
  body: Record<string, string> | BodyInit | null,
  headers: Record<string, string> = {},
): Promise<Answer<Body>> {
  const isFields = body !== null && Object.getPrototypeOf(body) === Object.prototype;
  const response = await fetch(url, {
    method: "POST",
    body: isFields ? new URLSearchParams(body as Record<string, string>) : (body as BodyInit | null),
    headers,
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: text === "" ? null : JSON.parse(text) };
}

export const asService = (id = "api") => ({ Authorization: basic(id, serviceSecret) });
export const asClient = (id = "service") => ({ Authorization: basic(id, confidentialSecret) });

/** What `POST /introspect` says of a token. */
export async function introspect(
  { issuer }: { readonly issuer: string },
  token: string,
  headers: Record<string, string> = asService(),
): Promise<IntrospectionAnswer> {
  const { status, body } = await post<IntrospectionAnswer>(`${issuer}/introspect`, { token }, headers);
  if (status !== 200) throw new Error(`/introspect answered ${status}: ${JSON.stringify(body)}`);
  return body;
}
