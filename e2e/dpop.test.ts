import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createVerifier, TokenError, type Verifier } from "@holdfast/verify";
import * as client from "openid-client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type HoldfastProcess, startHoldfast } from "./support/holdfast-process.ts";

const config = fileURLToPath(new URL("support/crash.config.ts", import.meta.url));

let data: string;
let holdfast: HoldfastProcess;
let verifier: Verifier;
let server: Server;
let api: URL;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "holdfast-dpop-"));
  holdfast = await startHoldfast({ data, config });
  verifier = createVerifier({ issuer: holdfast.ready.issuer, audience: "https://api.example.com" });
  server = createServer(async (request, response) => {
    try {
      const { sid } = await verifier.authenticate(request);
      response.end(sid);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      response.writeHead(error.status, error.headers).end(JSON.stringify(error.toProblem()));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  api = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/invoices?page=2`);
});
afterAll(async () => {
  server?.close();
  await verifier?.close();
  await holdfast?.stop();
  await rm(data, { recursive: true, force: true });
});

it.each(["ES256", "Ed25519", "PS256"])(
  "openid-client proves its key to Holdfast and to a service, by %s",
  async (alg) => {
    const made = (await holdfast.command(
      ...["session", "create", "--user", "ada@example.com", "--client", "honest"],
    )) as { readonly sid: string; readonly refresh_token: string };
    const configuration = await client.discovery(new URL(holdfast.ready.issuer), "honest", undefined, client.None(), {
      execute: [client.allowInsecureRequests],
    });
    const DPoP = client.getDPoPHandle(configuration, await client.randomDPoPKeyPair(alg));
    const { access_token } = await client.refreshTokenGrant(configuration, made.refresh_token, undefined, { DPoP });
    const ask = () => client.fetchProtectedResource(configuration, access_token, api, "GET", null, undefined, { DPoP });
    for (let turn = 0; turn < 3; turn += 1) expect(await (await ask()).text()).toBe(made.sid);

    const stolen = await fetch(api, { headers: { authorization: `Bearer ${access_token}` } });
    expect(stolen.status).toBe(401);
    expect(await stolen.json()).toMatchObject({ code: "token_proof_missing" });
    const thief = client.getDPoPHandle(configuration, await client.randomDPoPKeyPair(alg));
    await expect(
      client.fetchProtectedResource(configuration, access_token, api, "GET", null, undefined, { DPoP: thief }),
    ).rejects.toMatchObject({ cause: [{ scheme: "dpop", parameters: { error: "invalid_token" } }] });
  },
);
