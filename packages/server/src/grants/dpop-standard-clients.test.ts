import * as oauth from "oauth4webapi";
import * as openid from "openid-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { createDpopInstance } from "./dpop.testing.ts";

// Both judge by the machine's clock, and make their proofs by it.
const insecure = { [oauth.allowInsecureRequests]: true };

let instance: TestInstance;
beforeAll(async () => {
  instance = await createDpopInstance();
  instance.clock.set(Date.now());
});
afterAll(() => instance.close());

async function thumbprint(keyPair: CryptoKeyPair): Promise<string> {
  return oauth.DPoP({}, keyPair).calculateThumbprint();
}

it.each(["ES256", "Ed25519", "PS256", "RS256"])(
  "openid-client takes the nonce it is given and refreshes again and again, by a key for %s",
  async (alg) => {
    const configuration = await openid.discovery(new URL(instance.issuer), "device", undefined, openid.None(), {
      execute: [openid.allowInsecureRequests],
      algorithm: "oauth2",
    });
    expect(configuration.serverMetadata().dpop_signing_alg_values_supported).toContain(alg);
    const keyPair = await openid.randomDPoPKeyPair(alg);
    const { refreshToken, grantId } = await startSession(instance, {
      clientId: "device",
      jkt: await thumbprint(keyPair),
    });
    const DPoP = openid.getDPoPHandle(configuration, keyPair);
    for (let turn = 0; turn < 3; turn += 1) {
      const answer = await openid.refreshTokenGrant(configuration, refreshToken, undefined, { DPoP });
      expect(answer).toMatchObject({ token_type: "dpop", generation: 1, refresh_token: refreshToken });
    }
    const verdicts = await instance.sql("select type from events where grant_id = $1 and type like 'session.%'", [
      grantId,
    ]);
    expect(verdicts.map(({ type }) => type)).toEqual(Array(3).fill("session.renewed"));
  },
);

it("oauth4webapi accepts the access token with a proof, and refuses it without", async () => {
  const issuer = new URL(instance.issuer);
  const server = await oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...insecure }),
  );
  const client = { client_id: "device" };
  const keyPair = await oauth.generateKeyPair("ES256");
  const DPoP = oauth.DPoP({}, keyPair);
  const { refreshToken } = await startSession(instance, { clientId: "device", jkt: await DPoP.calculateThumbprint() });
  const refresh = async () =>
    oauth.processRefreshTokenResponse(
      server,
      client,
      await oauth.refreshTokenGrantRequest(server, client, oauth.None(), refreshToken, { DPoP, ...insecure }),
    );
  const first = await refresh().catch((error: unknown) => error);
  expect(oauth.isDPoPNonceError(first)).toBe(true);
  const { access_token } = await refresh();

  const api = "https://api.example.com/invoices";
  let sent: Request | undefined;
  await oauth.protectedResourceRequest(access_token, "GET", new URL(api), undefined, undefined, {
    DPoP,
    [oauth.customFetch]: async (url, { method, headers }) => {
      sent = new Request(url, { method, headers });
      return new Response();
    },
  });
  if (!sent) throw new Error("nothing was sent");
  expect(sent.headers.get("authorization")).toMatch(/^DPoP /);
  const options = { requireDPoP: true, ...insecure };
  const claims = await oauth.validateJwtAccessToken(server, sent.clone(), "https://api.example.com", options);
  expect(claims.cnf).toEqual({ jkt: await DPoP.calculateThumbprint() });
  const downgraded = new Request(api, { headers: { Authorization: `Bearer ${access_token}` } });
  await expect(oauth.validateJwtAccessToken(server, downgraded, "https://api.example.com", insecure)).rejects.toThrow();
});
