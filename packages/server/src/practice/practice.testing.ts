import * as oidc from "openid-client";
import { freePort } from "../testing/free-port.ts";
import { createPracticeProvider, type PracticeProvider, type PracticeProviderOptions } from "./index.ts";

/** Where the tests' application would receive its answers. Nothing listens there. */
export const redirectUri = "http://localhost:4000/integrations/oauth2/callback";

export const practiceClient = {
  clientId: "holdfast",
  clientSecret: "a secret with % + : in it",
  redirectUris: [redirectUri],
  postLogoutRedirectUris: ["http://localhost:4000/signed-out"],
  name: "Holdfast <test>",
} as const;

/** Starts a practice provider on a free port, with a logger that keeps its errors. */
export async function startPractice(options: Partial<PracticeProviderOptions> = {}) {
  const port = await freePort();
  const errors: unknown[] = [];
  const practice = await createPracticeProvider({
    issuer: `http://localhost:${port}`,
    port,
    clients: [practiceClient],
    logger: { info: () => undefined, error: (error: unknown) => errors.push(error) },
    ...options,
  });
  return { ...practice, port, errors };
}

/** An authorization request of openid-client, and what is needed to redeem its answer. */
export async function authorizationRequest({ issuer }: PracticeProvider, parameters: Record<string, string> = {}) {
  const configuration = await oidc.discovery(
    new URL(issuer),
    parameters.client_id ?? practiceClient.clientId,
    practiceClient.clientSecret,
    undefined,
    // Plain HTTP is what a practice provider speaks.
    { execute: [oidc.allowInsecureRequests] },
  );
  const pkceCodeVerifier = oidc.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier, expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce() };
  const url = oidc.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: "openid profile email",
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    ...parameters,
  });
  return { configuration, checks, url };
}
