import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { uuidv7 } from "../crypto/uuid.ts";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { basic, confidentialSecret, createRefreshInstance, forgeToken, postRefresh } from "./refresh.testing.ts";

let instance: TestInstance;
beforeAll(async () => {
  instance = await createRefreshInstance();
});
afterAll(() => instance.close());

/** Presents a new grant's token, and afterwards checks that its right owner still can. */
async function presentAs(owner: "service" | "device", fields: Record<string, string>, authorization?: string) {
  const { refreshToken } = await startSession(instance, { clientId: owner });
  const headers: Record<string, string> = authorization === undefined ? {} : { Authorization: authorization };
  const reply = await postRefresh(instance, { refresh_token: refreshToken, ...fields }, headers);
  if (reply.status !== 200) {
    const right = owner === "service" ? { client_secret: confidentialSecret } : {};
    const after = await postRefresh(instance, { refresh_token: refreshToken, client_id: owner, ...right });
    expect(after.body).toMatchObject({ generation: 2 });
  }
  return reply;
}

describe("a confidential client is let in", () => {
  it.each<[string, Record<string, string>, string?]>([
    ["by Basic", {}, basic("service", confidentialSecret)],
    ["by Basic, and the same id in the body", { client_id: "service" }, basic("service", confidentialSecret)],
    ["by its secret in the body", { client_id: "service", client_secret: confidentialSecret }],
    ["by its secret in the body, known by the token alone", { client_secret: confidentialSecret }],
    ["by Basic in small letters", {}, basic("service", confidentialSecret).replace("Basic", "basic")],
  ])("%s", async (_case, fields, authorization) => {
    const reply = await presentAs("service", fields, authorization);
    expect(reply.body).toMatchObject({ generation: 2, refresh_token: expect.stringMatching(/^hf_rt_/) });
  });
});

describe("a client that does not prove who it is gets 401 invalid_client, and does no harm", () => {
  it.each<[string, Record<string, string>, string?]>([
    ["no secret", { client_id: "service" }],
    ["an empty secret", { client_id: "service", client_secret: "" }],
    ["a wrong secret", { client_id: "service", client_secret: `${confidentialSecret} ` }],
    ["another letter case", { client_id: "service", client_secret: confidentialSecret.toUpperCase() }],
    ["the secret's beginning", { client_id: "service", client_secret: confidentialSecret.slice(0, -1) }],
    ["a wrong secret by Basic", {}, basic("service", "wrong")],
    ["an empty secret by Basic", {}, basic("service", "")],
    ["a secret by Basic that is not form-encoded", {}, rawBasic(`service:${confidentialSecret}`)],
  ])("%s", async (_case, fields, authorization) => {
    const { status, headers, body } = await presentAs("service", fields, authorization);
    expect(status).toBe(401);
    expect(body).toMatchObject({ error: "invalid_client", reason: "client_authentication_failed", retryable: false });
    // A page that sends no such header must not see the browser ask for a password.
    expect(headers.get("www-authenticate")).toBe(authorization ? `Basic realm="${instance.issuer}"` : null);
  });

  it("a public client that sends a secret", async () => {
    const { status, body } = await presentAs("device", { client_id: "device", client_secret: confidentialSecret });
    expect(status).toBe(401);
    expect(body).toMatchObject({ error: "invalid_client", reason: "client_authentication_failed" });
  });

  it("an unknown client by Basic", async () => {
    const { status, body } = await presentAs("service", {}, basic("stranger", confidentialSecret));
    expect(status).toBe(401);
    expect(body).toMatchObject({ error: "invalid_client", reason: "client_unknown" });
  });

  it("another confidential client, with its own right secret", async () => {
    const { status, body } = await presentAs("service", {}, basic("still", confidentialSecret));
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: "invalid_grant", reason: "client_mismatch" });
  });
});

describe("client authentication that contradicts itself, or is none, is an invalid request", () => {
  const right = basic("service", confidentialSecret);
  it.each<[string, Record<string, string>, string]>([
    ["the secret twice", { client_secret: confidentialSecret }, right],
    ["another id in the body", { client_id: "device" }, right],
    ["a bearer token", { client_id: "service" }, "Bearer abc"],
    ["Basic without anything", { client_id: "service" }, "Basic"],
    ["Basic without a colon", { client_id: "service" }, rawBasic("service")],
    ["Basic without an id", { client_id: "service" }, rawBasic(":secret")],
    ["Basic with more behind it", { client_id: "service" }, `${right} x`],
    ["Basic twice", { client_id: "service" }, `${right}, ${right}`],
    ["Basic that is not base64", { client_id: "service" }, "Basic %%%"],
  ])("%s", async (_case, fields, authorization) => {
    const { status, body } = await presentAs("service", fields, authorization);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: "invalid_request", reason: "invalid_request", retryable: false });
  });
});

describe("a public client", () => {
  it.each<[string, Record<string, string>, string?]>([
    ["that names itself", { client_id: "device" }],
    ["that leaves it to the token", {}],
    ["whose library sends an empty secret", { client_id: "device", client_secret: "" }],
    ["whose library sends Basic with an empty secret", {}, rawBasic("device:")],
  ])("%s is let in", async (_case, fields, authorization) => {
    expect((await presentAs("device", fields, authorization)).body).toMatchObject({ generation: 2 });
  });

  it("that leaves it to a token nobody knows is told so", async () => {
    const { refreshToken } = await startSession(instance, { clientId: "device" });
    const unknown = forgeToken(refreshToken, { grantId: uuidv7(instance.clock.now()) });
    const { status, body } = await postRefresh(instance, { refresh_token: unknown });
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: "invalid_grant", reason: "session_unknown" });
  });
});

function rawBasic(text: string): string {
  return `Basic ${Buffer.from(text).toString("base64")}`;
}
