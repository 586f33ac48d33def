import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createVerifier } from "@holdfast/verify";
import * as jose from "jose";
import * as oauth from "oauth4webapi";
import * as client from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HoldfastProcess, startHoldfast } from "./support/holdfast-process.ts";

const audience = "https://api.example.com";
const config = fileURLToPath(new URL("support/crash.config.ts", import.meta.url));

let data: string;
let holdfast: HoldfastProcess;
let issuer: string;

interface MadeSession {
  readonly sid: string;
  readonly access_token: string;
  readonly refresh_token: string;
}

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "holdfast-tokens-"));
  holdfast = await startHoldfast({ data, config });
  issuer = holdfast.ready.issuer;
});
afterAll(async () => {
  await holdfast?.stop();
  await rm(data, { recursive: true, force: true });
});

function createSession(): Promise<MadeSession> {
  return holdfast.command(
    "session",
    "create",
    "--user",
    "ada@example.com",
    "--client",
    "honest",
  ) as Promise<MadeSession>;
}

describe("an access token", () => {
  it("is accepted by jose, from the published key set", async () => {
    const { access_token, sid } = await createSession();
    const keys = jose.createRemoteJWKSet(new URL(`${issuer}/jwks`));
    const verified = await jose.jwtVerify(access_token, keys, {
      issuer,
      audience,
      typ: "at+jwt",
      algorithms: ["ES256"],
    });
    expect(verified.payload).toMatchObject({ client_id: "honest", sid });
  });

  it("is accepted by the library beneath openid-client, as RFC 9068 has it", async () => {
    const { access_token, sid } = await createSession();
    const server = await oauth
      .discoveryRequest(new URL(issuer), { algorithm: "oauth2", [oauth.allowInsecureRequests]: true })
      .then((response) => oauth.processDiscoveryResponse(new URL(issuer), response));
    const request = new Request("https://api.example.com/", { headers: { authorization: `Bearer ${access_token}` } });
    const claims = await oauth.validateJwtAccessToken(server, request, audience, {
      [oauth.allowInsecureRequests]: true,
    });
    expect(claims).toMatchObject({ client_id: "honest", sid });
  });

  it("is refreshed by openid-client, which is told where by discovery", async () => {
    const { refresh_token, sid } = await createSession();
    const configuration = await client.discovery(new URL(issuer), "honest", undefined, client.None(), {
      execute: [client.allowInsecureRequests],
    });
    const answer = await client.refreshTokenGrant(configuration, refresh_token);
    expect(jose.decodeJwt(answer.access_token)).toMatchObject({ sid });
    expect(answer.refresh_token).not.toBe(refresh_token);
  });

  it("is refused by a verifier within a second of its session's revocation", async () => {
    const verifier = createVerifier({ issuer, audience });
    try {
      const { access_token, sid } = await createSession();
      expect(await verifier.verify(access_token)).toMatchObject({ sid });
      await holdfast.command("session", "revoke", sid);
      await expect
        .poll(() => verifier.verify(access_token).catch((error: { code?: string }) => error.code), {
          timeout: 1_000,
          interval: 20,
        })
        .toBe("token_revoked");
    } finally {
      await verifier.close();
    }
  });

  it("stays good while the signing key rotates", async () => {
    const verifier = createVerifier({ issuer, audience });
    try {
      const before = await createSession();
      await verifier.verify(before.access_token);
      await holdfast.command("keys", "rotate", "--now");
      const keyOf = ({ access_token }: MadeSession) => jose.decodeProtectedHeader(access_token).kid;
      let after = before;
      await expect
        .poll(
          async () => {
            after = await createSession();
            return keyOf(after);
          },
          { timeout: 15_000 },
        )
        .not.toBe(keyOf(before));
      await verifier.verify(before.access_token);
      await verifier.verify(after.access_token);
    } finally {
      await verifier.close();
    }
  });
});
