import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestInstance, type TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { createSessionCookie, parseSessionCookie } from "./session-cookie.ts";

let instance: TestInstance;
let cookie: string;
let otherCookie: string;
beforeAll(async () => {
  instance = await createTestInstance({ hasPractice: false });
  ({ cookie } = await startSession(instance));
  ({ cookie: otherCookie } = await startSession(instance, { email: "eve@example.com" }));
});
afterAll(() => instance.close());

const ask = (path: string, header: string, init: RequestInit = {}) =>
  fetch(instance.issuer + path, { redirect: "manual", ...init, headers: { cookie: header } });

const bytesOf = (value: string) => Buffer.from(value.slice("hf_s_".length), "base64url");
const cookieOf = (bytes: Uint8Array) => `hf_s_${Buffer.from(bytes).toString("base64url")}`;

function withBitFlipped(at: number): string {
  const bytes = bytesOf(cookie);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return cookieOf(bytes);
}

describe("a session cookie", () => {
  it("proves with 256 bits of which the database holds a hash only (O1)", async () => {
    const values = Array.from({ length: 100 }, () => createSessionCookie("01a1fc14-d251-7d58-a779-231a4e53c518").value);
    expect(new Set(values).size).toBe(100);
    const secret = bytesOf(cookie).subarray(16);
    expect(secret).toHaveLength(32);
    const rows = await instance.sql<{ cookie_hash: Buffer }>("select cookie_hash from sessions");
    expect(rows.some(({ cookie_hash }) => cookie_hash.equals(secret))).toBe(false);
  });

  it("is read back as what it was made of", () => {
    const id = "01a1fc14-d251-7d58-a779-231a4e53c518";
    const made = createSessionCookie(id);
    expect(parseSessionCookie(made.value)).toEqual({ sessionId: id, secretHash: made.secretHash });
  });

  it.each<[string, () => string]>([
    ["nothing", () => ""],
    ["one character", () => "x"],
    ["without its prefix", () => cookie.slice("hf_s_".length)],
    ["with another prefix", () => cookie.replace("hf_s_", "hf_rt_")],
    ["in upper case", () => cookie.toUpperCase()],
    ["cut short", () => cookie.slice(0, -1)],
    ["with a character more", () => `${cookie}A`],
    ["padded", () => `${cookie}=`],
    ["with a bit of its id flipped", () => withBitFlipped(0)],
    ["with a bit of its secret flipped", () => withBitFlipped(16)],
    ["with its last bit flipped", () => withBitFlipped(47)],
    [
      "the id of one and the secret of another",
      () => cookieOf(Buffer.concat([bytesOf(otherCookie).subarray(0, 16), bytesOf(cookie).subarray(16)])),
    ],
    ["the id and no secret", () => cookieOf(Buffer.concat([bytesOf(cookie).subarray(0, 16), Buffer.alloc(32)]))],
    ["of zeros", () => cookieOf(Buffer.alloc(48))],
    ["with characters outside the alphabet", () => `${cookie.slice(0, -2)}!!`],
    ["percent-encoded, cut in a character", () => `${cookie.slice(0, -3)}%ff`],
    ["a lone percent sign", () => "%"],
    ["twice in one", () => `${cookie}${cookie}`],
    ["ten thousand characters", () => `hf_s_${"A".repeat(10_000)}`],
    ["SQL", () => "hf_s_' or '1'='1"],
    ["quoted", () => `"${cookie.slice(0, -1)}x"`],
    ["JSON", () => '{"id":1}'],
    ["bytes of Latin-1", () => "hf_s_\u00ff\u00fe"],
  ])("that was tampered with is nobody's, and never an error of ours: %s", async (_what, make) => {
    const header = `holdfast_session=${make()}`;
    expect((await ask("/session", header)).status).toBe(401);
    expect((await ask("/", header)).status).toBe(200);
    expect((await ask("/signout", header)).status).toBe(303);
    expect((await ask("/signin", header)).status).toBe(503);
    expect((await ask("/session", `holdfast_session=${cookie}`)).status).toBe(200);
  });

  it.each([
    "holdfast_session",
    "=",
    ";;;",
    "=; =; =",
    "a=b; ".repeat(500),
    "__proto__=1; constructor=2; holdfast_session=x",
    "\u00e9=\u00e9",
  ])("header of nonsense is no error of ours: %j", async (header) => {
    expect((await ask("/session", header)).status).toBe(401);
  });

  it("is not taken from a query, a header of another name or a body", async () => {
    const headers = { authorization: `Bearer ${cookie}`, "x-holdfast-session": cookie };
    expect((await fetch(`${instance.issuer}/session?holdfast_session=${cookie}`, { headers })).status).toBe(401);
  });
});

it("an access token is not a session (O10)", async () => {
  const { answer } = await startSession(instance);
  const headers = { authorization: `Bearer ${answer.access_token}`, cookie: `holdfast_session=${answer.access_token}` };
  expect((await fetch(`${instance.issuer}/session`, { headers })).status).toBe(401);
  const refresh = await fetch(`${instance.issuer}/refresh`, {
    method: "POST",
    body: new URLSearchParams({ client_id: "app", refresh_token: answer.access_token }),
  });
  expect(refresh.status).toBe(400);
});
