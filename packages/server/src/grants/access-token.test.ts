import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toNumericDate } from "../clock/clock.ts";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { clientNamed, createRefreshInstance, present, testClients } from "./refresh.testing.ts";

const audience = "https://api.example.com";

let instance: TestInstance;
beforeAll(async () => {
  instance = await createRefreshInstance({
    clients: [
      ...testClients,
      clientNamed("brief", { tokens: { access: "90s" } }),
      clientNamed("wide", { audience: [audience, "https://billing.example.com"], scope: "read write" }),
    ],
  });
});
afterAll(() => instance.close());

async function keySet() {
  return createLocalJWKSet(await (await fetch(`${instance.issuer}/jwks`)).json());
}

async function refreshOnce(clientId = "device") {
  const started = await startSession(instance, { clientId });
  const { body } = await present(instance, started.refreshToken, { clientId });
  return { ...started, body };
}

describe("an access token", () => {
  it("is verified by anybody's library, and says everything of RFC 9068, section 2.2, and of ours", async () => {
    const { body, session, account, grantId } = await refreshOnce();
    const now = instance.clock.now();
    const { payload, protectedHeader } = await jwtVerify(body.access_token, await keySet(), {
      issuer: instance.issuer,
      audience,
      typ: "at+jwt",
      algorithms: ["ES256"],
      currentDate: new Date(now),
      requiredClaims: ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"],
    });
    expect(protectedHeader).toEqual({ alg: "ES256", typ: "at+jwt", kid: expect.stringMatching(/^[\w-]{43}$/) });
    expect(payload).toEqual({
      iss: instance.issuer,
      sub: session.userId,
      aud: audience,
      exp: toNumericDate(now) + 900,
      iat: toNumericDate(now),
      jti: expect.stringMatching(/^[\w-]{22}$/),
      client_id: "device",
      sid: session.id,
      grant_id: grantId,
      scope: "",
      account: account.id,
      role: "owner",
      auth_time: toNumericDate(session.authenticatedAt.getTime()),
    });
  });

  it("lives exactly as long as the answer says", async () => {
    const { body } = await refreshOnce("brief");
    const { exp = 0, iat = 0 } = decodeJwt(body.access_token);
    expect(body.expires_in).toBe(90);
    expect(exp - iat).toBe(90);
    expect(iat).toBe(toNumericDate(body.server_time_ms));
  });

  it("is for every service of its client, and carries its scope", async () => {
    const { body } = await refreshOnce("wide");
    expect(decodeJwt(body.access_token)).toMatchObject({
      aud: [audience, "https://billing.example.com"],
      scope: "read write",
    });
    expect(body.scope).toBe("read write");
  });

  it("gets neither a wider scope nor another audience for the asking", async () => {
    const { refreshToken } = await startSession(instance, { clientId: "wide" });
    const response = await fetch(`${instance.issuer}/refresh`, {
      method: "POST",
      body: new URLSearchParams({
        ...{ client_id: "wide", refresh_token: refreshToken, scope: "read write admin" },
        resource: "https://elsewhere.example",
      }),
    });
    const { access_token, scope } = (await response.json()) as { access_token: string; scope: string };
    expect(scope).toBe("read write");
    expect(decodeJwt(access_token)).toMatchObject({ scope, aud: [audience, "https://billing.example.com"] });
  });

  it("has an id of its own each time", async () => {
    const { body, answer } = await refreshOnce();
    expect(decodeJwt(body.access_token).jti).not.toBe(decodeJwt(answer.access_token).jti);
  });

  it("keeps the time of the sign-in, however often it is refreshed", async () => {
    const { body, session } = await refreshOnce();
    instance.clock.advance(3_600_000);
    const later = await present(instance, body.refresh_token);
    expect(decodeJwt(later.body.access_token).auth_time).toBe(toNumericDate(session.authenticatedAt.getTime()));
  });

  it.each([600_000, 1_500, 1_000])("never outlives the session: %i ms before its end", async (left) => {
    const { body, session } = await refreshOnce();
    let token = body.refresh_token;
    const end = session.expiresAt.getTime();
    while (instance.clock.now() < end - 13 * 86_400_000) {
      instance.clock.advance(13 * 86_400_000);
      token = (await present(instance, token)).body.refresh_token;
    }
    instance.clock.set(end - left);
    const last = await present(instance, token);
    expect(last.body.expires_in).toBe(Math.floor(left / 1_000));
    expect((decodeJwt(last.body.access_token).exp ?? Infinity) * 1_000).toBeLessThanOrEqual(end);
  });

  it("names a key that is published", async () => {
    const { body } = await refreshOnce();
    const { keys } = (await (await fetch(`${instance.issuer}/jwks`)).json()) as { keys: { kid: string }[] };
    expect(keys.map(({ kid }) => kid)).toContain(decodeProtectedHeader(body.access_token).kid);
  });
});
