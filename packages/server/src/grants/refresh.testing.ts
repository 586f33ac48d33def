import type { RefreshAnswer, RefreshRefusal } from "@holdfast/protocol";
import type { ConfigInput } from "../config/index.ts";
import { createKeyRing, type KeyRing } from "../crypto/key-ring.ts";
import { appOrigin, createTestInstance, type TestInstance } from "../testing/instance.ts";
import { formatRefreshToken, parseRefreshToken, type RefreshToken } from "./refresh-token.ts";

type TestClient = NonNullable<ConfigInput["clients"]>[number];

/** The instances' secret: a test that knows it can write tokens that no honest client has. */
export const testSecret = "a test secret of thirty-two bytes, or a few more";
export const confidentialSecret = "a+secret with%20 signs:=&é";

/** A client with its refresh token in the body, at http://localhost:5999. */
export function clientNamed(id: string, settings: Partial<TestClient> = {}): TestClient {
  const signin = { success: `${appOrigin}/${id}` };
  return { id, audience: "https://api.example.com", refreshToken: "body", origins: [appOrigin], signin, ...settings };
}

/** One of each kind: `app` keeps a cookie, `device` the body; `service` has a secret, `still` does not rotate either. */
export const testClients: readonly TestClient[] = [
  clientNamed("app", { refreshToken: "cookie" }),
  clientNamed("device"),
  clientNamed("strict", { tokens: { overlap: 0 } }),
  clientNamed("patient", { tokens: { overlap: "5m" } }),
  clientNamed("service", { type: "confidential", secret: confidentialSecret }),
  clientNamed("still", { type: "confidential", secret: confidentialSecret, rotate: false }),
];

/** A whole instance with the test clients, whose secret is known. */
export function createRefreshInstance(config: ConfigInput = {}): Promise<TestInstance> {
  return createTestInstance({
    hasPractice: false,
    config: { secret: testSecret, clients: [...testClients], ...config },
  });
}

export interface RefreshReply {
  readonly status: number;
  readonly headers: Headers;
  /** A good answer or a refusal: whichever the test expects. */
  readonly body: RefreshAnswer & RefreshRefusal & { readonly refresh_token: string };
}

/** `POST /refresh`, with a form unless told otherwise. */
export async function postRefresh(
  { issuer }: { readonly issuer: string },
  body: Record<string, string> | BodyInit | null,
  headers: Record<string, string> = {},
): Promise<RefreshReply> {
  const isFields = body !== null && Object.getPrototypeOf(body) === Object.prototype;
  const response = await fetch(`${issuer}/refresh`, {
    method: "POST",
    body: isFields ? new URLSearchParams(body as Record<string, string>) : (body as BodyInit | null),
    headers,
    redirect: "manual",
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? null : JSON.parse(text) };
}

/** Presents a refresh token as a client that keeps it itself. */
export function present(
  instance: { readonly issuer: string },
  refreshToken: string,
  { clientId = "device", key }: { readonly clientId?: string; readonly key?: string } = {},
): Promise<RefreshReply> {
  const headers: Record<string, string> = key === undefined ? {} : { "Idempotency-Key": key };
  if (clientId === "service" || clientId === "still") headers.Authorization = basic(clientId, confidentialSecret);
  return postRefresh(instance, { client_id: clientId, refresh_token: refreshToken }, headers);
}

/** Basic client authentication: each half form-encoded first (RFC 6749, section 2.3.1). */
export function basic(clientId: string, secret: string): string {
  const encode = (value: string) => new URLSearchParams({ v: value }).toString().slice(2);
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(secret)}`).toString("base64")}`;
}

const testKeyRing: KeyRing = createKeyRing([Buffer.from(testSecret)]);

/** Reads a token with the instance's own secret. */
export function openToken(text: string): RefreshToken {
  const token = parseRefreshToken(testKeyRing, text);
  if (!token) throw new Error("not a refresh token of the test instance");
  return token;
}

/** Writes a token with the instance's own secret: what its tag says is true, whatever the database thinks of it. */
export function forgeToken(text: string, change: Partial<RefreshToken>): string {
  return formatRefreshToken(testKeyRing, { ...openToken(text), ...change });
}

export interface LoggedEvent {
  readonly type: string;
  readonly request_id: string | null;
  readonly client_id: string | null;
  readonly data: Record<string, unknown>;
}

/** The lines of the lifecycle log about a grant, after its start. */
export function eventsOf(instance: TestInstance, grantId: string): Promise<LoggedEvent[]> {
  return instance.sql<LoggedEvent>(
    "select type, request_id, client_id, data from events where grant_id = $1 and type <> 'grant.started' order by id",
    [grantId],
  );
}

export interface GrantRow {
  readonly generation: number;
  readonly used_at: Date | null;
  readonly recent_rotations: Date[];
  readonly attempt_hash: Buffer | null;
  readonly idle_expires_at: Date;
  readonly expires_at: Date;
  readonly revoked_at: Date | null;
  readonly revoked_reason: string | null;
}

export async function readGrant(instance: TestInstance, grantId: string): Promise<GrantRow> {
  const [row] = await instance.sql<GrantRow>("select * from grants where id = $1", [grantId]);
  if (!row) throw new Error(`no grant ${grantId}`);
  return row;
}

/** Refreshes again and again, each time with the successor; answers with every token, the first included. */
export async function refreshTimes(instance: TestInstance, refreshToken: string, times: number): Promise<string[]> {
  const tokens = [refreshToken];
  for (let turn = 0; turn < times; turn++) {
    const { body } = await present(instance, tokens.at(-1) ?? "");
    tokens.push(body.refresh_token);
  }
  return tokens;
}
