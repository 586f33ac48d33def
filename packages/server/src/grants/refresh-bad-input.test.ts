import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { createRefreshInstance, eventsOf, postRefresh, present, readGrant } from "./refresh.testing.ts";

let instance: TestInstance;
let token: string;
let grantId: string;
beforeAll(async () => {
  instance = await createRefreshInstance();
  const started = await startSession(instance, { clientId: "device" });
  token = started.refreshToken;
  grantId = started.grantId;
});
afterAll(async () => {
  // Nothing in this file is a token in the right hands: the grant has not moved, and nobody was suspected.
  expect(await readGrant(instance, grantId)).toMatchObject({ generation: 1, revoked_at: null });
  expect(await eventsOf(instance, grantId)).toEqual([]);
  await instance.close();
});

const form = { "Content-Type": "application/x-www-form-urlencoded" };
const json = { "Content-Type": "application/json" };

describe("a body that is not a refresh request", () => {
  it.each<[string, () => BodyInit | null, Record<string, string>, number, string]>([
    ["no body and no cookie", () => null, {}, 401, "login_required"],
    ["an empty form", () => "", form, 401, "login_required"],
    ["a token in the address only", () => "client_id=device", form, 401, "login_required"],
    ["an empty token", () => "client_id=device&refresh_token=", form, 401, "login_required"],
    [
      "two tokens",
      () => `client_id=device&refresh_token=${token}&refresh_token=${token}`,
      form,
      400,
      "invalid_request",
    ],
    [
      "two tokens, one empty",
      () => `refresh_token=&client_id=device&refresh_token=${token}`,
      form,
      400,
      "invalid_request",
    ],
    ["two client ids", () => `client_id=device&client_id=device&refresh_token=${token}`, form, 400, "invalid_request"],
    ["a null byte", () => `client_id=device&refresh_token=${token}%00`, form, 400, "invalid_request"],
    ["a line break", () => `client_id=device%0d%0aX-Evil:1&refresh_token=${token}`, form, 400, "invalid_request"],
    [
      "a JSON array",
      () => JSON.stringify([{ client_id: "device", refresh_token: token }]),
      json,
      400,
      "invalid_request",
    ],
    ["a JSON number", () => "7", json, 400, "invalid_request"],
    ["JSON null", () => "null", json, 400, "invalid_request"],
    ["a JSON string", () => JSON.stringify(token), json, 400, "invalid_request"],
    ["cut JSON", () => `{"client_id":"device","refresh_token":"${token}`, json, 400, "invalid_request"],
    ["a token that is a number", () => '{"client_id":"device","refresh_token":7}', json, 400, "invalid_request"],
    [
      "a token that is an array",
      () => JSON.stringify({ client_id: "device", refresh_token: [token] }),
      json,
      400,
      "invalid_request",
    ],
    ["a form called JSON", () => `client_id=device&refresh_token=${token}`, json, 400, "invalid_request"],
    [
      "plain text",
      () => `client_id=device&refresh_token=${token}`,
      { "Content-Type": "text/plain" },
      415,
      "unsupported_media_type",
    ],
    [
      "no content type",
      () => new Uint8Array(Buffer.from(`client_id=device&refresh_token=${token}`)),
      {},
      415,
      "unsupported_media_type",
    ],
    ["multipart", () => multipart({ client_id: "device", refresh_token: token }), {}, 415, "unsupported_media_type"],
    [
      "another grant type",
      () => `grant_type=password&client_id=device&refresh_token=${token}`,
      form,
      400,
      "unsupported_grant_type",
    ],
    [
      "a grant type in capitals",
      () => `grant_type=REFRESH_TOKEN&client_id=device&refresh_token=${token}`,
      form,
      400,
      "unsupported_grant_type",
    ],
    ["an unknown client", () => `client_id=stranger&refresh_token=${token}`, form, 401, "client_unknown"],
    ["a client by a name of Object", () => `client_id=__proto__&refresh_token=${token}`, form, 401, "client_unknown"],
    [
      "a parameter over 4 KB",
      () => `client_id=device&refresh_token=${"a".repeat(5_000)}`,
      form,
      400,
      "invalid_request",
    ],
  ])("%s", async (_case, makeBody, headers, status, reason) => {
    const reply = await postRefresh(instance, makeBody(), headers);
    expect(reply.body).toMatchObject({ reason, retryable: false });
    expect(reply.status).toBe(status);
    expect(reply.body.request_id).toBe(reply.headers.get("x-request-id"));
    expect(reply.headers.get("cache-control")).toBe("no-store");
  });

  it("is not read from the query", async () => {
    const query = new URLSearchParams({ client_id: "device", refresh_token: token });
    const response = await fetch(`${instance.issuer}/refresh?${query}`, { method: "POST" });
    expect(response.status).toBe(401);
  });

  it.each([
    ["of a known length", () => "a".repeat(65 * 1_024)],
    ["sent in pieces", () => new Blob(["a".repeat(65 * 1_024)]).stream()],
  ])("over 64 KB is refused, %s", async (_case, makeBody) => {
    const init = { method: "POST", body: makeBody(), headers: form, duplex: "half" };
    const response = await fetch(`${instance.issuer}/refresh`, init as RequestInit);
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ retryable: false });
  });
});

describe("a token that is none of ours", () => {
  it.each<[string, (real: string) => string]>([
    ["words", () => "let me in"],
    ["the prefix alone", () => "hf_rt_"],
    ["no prefix", (real) => real.slice(6)],
    ["the prefix in capitals", (real) => real.replace("hf_rt_", "HF_RT_")],
    ["a session cookie's prefix", (real) => real.replace("hf_rt_", "hf_s_")],
    ["one character short", (real) => real.slice(0, -1)],
    ["cut in half", (real) => real.slice(0, 40)],
    ["one character more", (real) => `${real}A`],
    ["padding", (real) => `${real}=`],
    ["a space behind", (real) => `${real} `],
    ["a space in front", (real) => ` ${real}`],
    ["ordinary base64", (real) => `${real.replaceAll("-", "+").replaceAll("_", "/")}/`],
    ["zeros", () => `hf_rt_${"A".repeat(71)}`],
    ["a JWT", () => "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."],
    ["beyond Unicode's basic plane", () => "hf_rt_𝔸𝔹ℂ"],
    ["SQL", () => "hf_rt_'; drop table grants; --"],
  ])("%s", async (_case, change) => {
    const reply = await present(instance, change(token));
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({ error: "invalid_grant", reason: "refresh_token_malformed" });
  });

  it("is malformed whoever presents it, also when no client is named", async () => {
    const reply = await postRefresh(instance, { refresh_token: "let me in" });
    expect(reply.body).toMatchObject({ error: "invalid_grant", reason: "refresh_token_malformed" });
  });

  it("is malformed with any one bit flipped, in any byte", async () => {
    const bytes = Buffer.from(token.slice(6), "base64url");
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(index) ^ (1 << (index % 8)), index);
      const reply = await present(instance, `hf_rt_${changed.toString("base64url")}`);
      expect({ index, reason: reply.body.reason, status: reply.status }).toEqual({
        index,
        reason: "refresh_token_malformed",
        status: 400,
      });
    }
  });

  it("is malformed with any one character changed", async () => {
    for (let index = 0; index < token.length; index++) {
      const other = token[index] === "B" ? "C" : "B";
      const reply = await present(instance, token.slice(0, index) + other + token.slice(index + 1));
      expect({ index, reason: reply.body.reason }).toEqual({ index, reason: "refresh_token_malformed" });
    }
  });
});

describe("an Idempotency-Key that is none", () => {
  it.each([
    ["empty", ""],
    ["257 characters", "k".repeat(257)],
    ["a space within", "two words"],
    ["beyond ASCII", "schl\u00fcssel"],
    ["two of them", "one, two"],
  ])("%s", async (_case, key) => {
    const { status, body } = await postRefresh(
      instance,
      { client_id: "device", refresh_token: token },
      { "Idempotency-Key": key },
    );
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: "invalid_request", reason: "invalid_request", retryable: false });
  });
});

describe("a Refresh-Deadline that is none", () => {
  it.each([
    ["empty", ""],
    ["words", "soon"],
    ["a date", "2026-11-21T03:39:59Z"],
    ["negative", "-1"],
    ["a fraction", "1795231672450.5"],
    ["with a sign", "+1795231672450"],
    ["16 digits", "1".repeat(16)],
    ["two of them", "1795231672450, 1795231672450"],
  ])("%s", async (_case, deadline) => {
    const { status, body } = await postRefresh(
      instance,
      { client_id: "device", refresh_token: token },
      { "Refresh-Deadline": deadline },
    );
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: "invalid_request", reason: "invalid_request", retryable: false });
  });
});

describe("another method", () => {
  it.each(["GET", "HEAD", "PUT", "DELETE", "PATCH"])(
    "%s is answered 405, with the one that is taken",
    async (method) => {
      const response = await fetch(`${instance.issuer}/refresh`, { method });
      expect(response.status).toBe(405);
      expect(response.headers.get("allow")).toBe("POST");
    },
  );
});

function multipart(fields: Record<string, string>): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  return data;
}
