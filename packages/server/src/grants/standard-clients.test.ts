import * as oauth from "oauth4webapi";
import * as openid from "openid-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { basic, confidentialSecret, createRefreshInstance } from "./refresh.testing.ts";

let instance: TestInstance;
beforeAll(async () => {
  instance = await createRefreshInstance();
});
afterAll(() => instance.close());

it.each<[string, string, openid.ClientAuth]>([
  ["a public client", "device", openid.None()],
  ["a secret in the body", "service", openid.ClientSecretPost(confidentialSecret)],
  ["a secret by Basic", "service", openid.ClientSecretBasic(confidentialSecret)],
])("openid-client finds the endpoint by discovery and refreshes again and again: %s", async (_case, clientId, auth) => {
  const configuration = await openid.discovery(new URL(instance.issuer), clientId, undefined, auth, {
    execute: [openid.allowInsecureRequests],
    algorithm: "oauth2",
  });
  let { refreshToken } = await startSession(instance, { clientId });
  for (const generation of [2, 3, 4]) {
    const answer = await openid.refreshTokenGrant(configuration, refreshToken);
    expect(answer).toMatchObject({ token_type: "bearer", expires_in: 900, generation });
    refreshToken = answer.refresh_token ?? "";
  }
});

it("openid-client understands a refusal, and a wrong secret", async () => {
  const { refreshToken, session } = await startSession(instance, { clientId: "service" });
  const discover = (auth: openid.ClientAuth) =>
    openid.discovery(new URL(instance.issuer), "service", undefined, auth, {
      execute: [openid.allowInsecureRequests],
    });
  const wrong = await discover(openid.ClientSecretBasic("wrong"));
  await expect(openid.refreshTokenGrant(wrong, refreshToken)).rejects.toMatchObject({
    cause: [{ scheme: "basic", parameters: { realm: instance.issuer } }],
  });
  await instance.holdfast.sessions.revoke({ id: session.id }, "signed_out");
  const right = await discover(openid.ClientSecretBasic(confidentialSecret));
  await expect(openid.refreshTokenGrant(right, refreshToken)).rejects.toMatchObject({
    error: "invalid_grant",
    error_description: "The person signed out.",
    cause: { reason: "signed_out", retryable: false },
  });
});

it("oauth4webapi accepts the access token as RFC 9068 has it", async () => {
  // It judges by the machine's clock.
  instance.clock.set(Date.now());
  const { refreshToken, grantId } = await startSession(instance, { clientId: "service" });
  const issuer = new URL(instance.issuer);
  const options = { [oauth.allowInsecureRequests]: true };
  const server = await oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...options }),
  );
  const response = await fetch(server.token_endpoint ?? "", {
    method: "POST",
    body: new URLSearchParams({ grant_type: "refresh_token", refresh_token: refreshToken }),
    headers: { Authorization: basic("service", confidentialSecret) },
  });
  const { access_token } = (await response.json()) as { access_token: string };
  const request = new Request("https://api.example.com/", { headers: { Authorization: `Bearer ${access_token}` } });
  const claims = await oauth.validateJwtAccessToken(server, request, "https://api.example.com", options);
  expect(claims).toMatchObject({ grant_id: grantId, client_id: "service" });
});
