import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { parseConfig } from "../config/index.ts";
import { createHoldfast, type Holdfast } from "../holdfast.ts";
import { createLogger } from "../logging/logger.ts";
import type { TestInstance } from "../testing/instance.ts";
import { type BoundGrant, createDpopInstance, presentWith, proveRefresh, startBound } from "./dpop.testing.ts";
import { readGrant, testClients, testSecret } from "./refresh.testing.ts";

let instance: TestInstance;
let other: Holdfast;
beforeAll(async () => {
  instance = await createDpopInstance();
  const { schema, issuer, clock } = instance;
  const input = { issuer, secret: testSecret, clients: [...testClients], database: { schema, poolSize: 3 } };
  const logger = createLogger({ level: "silent" });
  const config = parseConfig(input, { mode: "development" });
  other = await createHoldfast(config, { connection: inject("postgres"), clock, logger });
});
afterAll(async () => {
  await other.close();
  await instance.close();
});

async function presentAtOther({ clientId, refreshToken }: BoundGrant, proof: string) {
  const response = await other.fetch(
    new Request(`${instance.issuer}/refresh`, {
      method: "POST",
      headers: { DPoP: proof },
      body: new URLSearchParams({ client_id: clientId, refresh_token: refreshToken }),
    }),
  );
  return { status: response.status, body: (await response.json()) as { reason?: string; generation?: number } };
}

it("one node's nonce is good at another", async () => {
  const grant = await startBound(instance);
  const proof = await proveRefresh(instance, grant.prover);
  expect(await presentAtOther(grant, proof)).toMatchObject({ status: 200, body: { generation: 1 } });
});

it("forty refreshes at once on two nodes all get the one token, and rotate nothing", async () => {
  const grant = await startBound(instance);
  const proofs = await Promise.all(Array.from({ length: 40 }, () => proveRefresh(instance, grant.prover)));
  const replies = await Promise.all(
    proofs.map((proof, index) =>
      index % 2 === 0 ? presentWith(instance, grant, proof) : presentAtOther(grant, proof),
    ),
  );
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(40);
  expect(await readGrant(instance, grant.grantId)).toMatchObject({ generation: 1, revoked_at: null });
});

it("what a proof that is replayed at another node gets is worth nothing without the key", async () => {
  const grant = await startBound(instance);
  const proof = await proveRefresh(instance, grant.prover);
  const first = await presentWith(instance, grant, proof);
  const copy = await presentAtOther(grant, proof);
  // Nodes do not share what they have seen: see decision 15.
  expect(copy.status).toBe(200);
  const { access_token, refresh_token } = copy.body as { access_token?: string; refresh_token?: string };
  const claims = JSON.parse(Buffer.from(access_token?.split(".")[1] ?? "", "base64url").toString());
  expect(claims.cnf).toEqual({ jkt: grant.prover.jkt });
  expect(refresh_token).toBe(first.body.refresh_token);
  instance.clock.advance(61_000);
  expect((await presentAtOther(grant, proof)).body.reason).toBe("dpop_nonce_required");
});
