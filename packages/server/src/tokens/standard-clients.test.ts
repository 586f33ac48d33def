import * as oauth from "oauth4webapi";
import { afterAll, beforeAll, expect, it } from "vitest";
import { confidentialSecret } from "../grants/refresh.testing.ts";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { createTokensInstance, serviceSecret } from "./tokens.testing.ts";

const insecure = { [oauth.allowInsecureRequests]: true };

let instance: TestInstance;
let server: oauth.AuthorizationServer;
beforeAll(async () => {
  instance = await createTokensInstance();
  const issuer = new URL(instance.issuer);
  const discovered = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure });
  server = await oauth.processDiscoveryResponse(issuer, discovered);
});
afterAll(() => instance.close());

const asked: [string, string, oauth.ClientAuth][] = [
  ["a service", "api", oauth.ClientSecretBasic(serviceSecret)],
  ["a confidential client by Basic", "service", oauth.ClientSecretBasic(confidentialSecret)],
  ["a confidential client with its secret in the body", "service", oauth.ClientSecretPost(confidentialSecret)],
];

it.each(asked)("oauth4webapi introspects as %s", async (_who, client_id, authentication) => {
  const { answer, refreshToken, session } = await startSession(instance, { clientId: "service" });
  const client = { client_id };
  const ask = async (token: string) => {
    const response = await oauth.introspectionRequest(server, client, authentication, token, insecure);
    return oauth.processIntrospectionResponse(server, client, response);
  };
  for (const token of [answer.access_token, refreshToken]) {
    expect(await ask(token)).toMatchObject({ active: true, client_id: "service", sid: session.id });
  }
  expect(await ask("nothing")).toEqual({ active: false });
});

const givingBack: [string, string, oauth.ClientAuth][] = [
  ["a public client", "device", oauth.None()],
  ["a confidential client by Basic", "service", oauth.ClientSecretBasic(confidentialSecret)],
  ["a confidential client with its secret in the body", "service", oauth.ClientSecretPost(confidentialSecret)],
];

it.each(givingBack)("oauth4webapi revokes as %s", async (_who, client_id, authentication) => {
  const { refreshToken, grantId } = await startSession(instance, { clientId: client_id });
  const client = { client_id };
  const send = (token: string) => oauth.revocationRequest(server, client, authentication, token, insecure);
  expect(await oauth.processRevocationResponse(await send(refreshToken))).toBeUndefined();
  expect((await instance.holdfast.grants.find(grantId))?.revokedReason).toBe("token_revoked");
  expect(await oauth.processRevocationResponse(await send("nothing"))).toBeUndefined();
});

it("oauth4webapi understands that a token is somebody else's", async () => {
  const { refreshToken } = await startSession(instance, { clientId: "service" });
  const response = await oauth.revocationRequest(server, { client_id: "device" }, oauth.None(), refreshToken, insecure);
  await expect(oauth.processRevocationResponse(response)).rejects.toMatchObject({
    error: "invalid_grant",
    status: 400,
  });
});
