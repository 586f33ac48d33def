import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProver } from "../dpop/proof.testing.ts";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { createDpopInstance, nonceOf, presentBound, presentWith, proveRefresh, startBound } from "./dpop.testing.ts";
import { basic, confidentialSecret, eventsOf, postRefresh, present, readGrant } from "./refresh.testing.ts";

const second = 1_000;

let instance: TestInstance;
beforeAll(async () => {
  instance = await createDpopInstance();
});
afterAll(() => instance.close());

const claimsOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString());
const unboundGrant = async (clientId: string) => ({ clientId, ...(await startSession(instance, { clientId })) });

describe("a bound grant is renewed", () => {
  it("without rotation: the same token again and again, and the idle limit moves", async () => {
    const grant = await startBound(instance);
    const before = await readGrant(instance, grant.grantId);
    for (let turn = 1; turn <= 3; turn += 1) {
      instance.clock.advance(60 * second);
      const { status, body } = await presentBound(instance, grant);
      expect(status).toBe(200);
      expect(body).toMatchObject({ token_type: "DPoP", generation: 1, refresh_token: grant.refreshToken });
      expect(claimsOf(body.access_token).cnf).toEqual({ jkt: grant.prover.jkt });
    }
    const after = await readGrant(instance, grant.grantId);
    expect(after).toMatchObject({ generation: 1, attempt_hash: null, recent_rotations: [] });
    expect(after.idle_expires_at.getTime() - before.idle_expires_at.getTime()).toBe(180 * second);
    expect((await eventsOf(instance, grant.grantId)).map(({ data }) => data.verdict)).toEqual(Array(3).fill("renewed"));
  });

  it.each(["ES256", "EdDSA", "Ed25519", "PS256", "RS256"])("by a key for %s", async (alg) => {
    const grant = await startBound(instance, "device", alg);
    expect((await presentBound(instance, grant)).body).toMatchObject({ token_type: "DPoP" });
  });

  it("by twenty tabs at once, each with a proof of its own", async () => {
    const grant = await startBound(instance);
    const proofs = await Promise.all(Array.from({ length: 20 }, () => proveRefresh(instance, grant.prover)));
    const replies = await Promise.all(proofs.map((proof) => presentWith(instance, grant, proof)));
    expect(new Set(replies.map(({ status, body }) => `${status} ${body.refresh_token}`))).toEqual(
      new Set([`200 ${grant.refreshToken}`]),
    );
    expect(new Set(replies.map(({ body }) => body.access_token)).size).toBe(20);
  });

  it("however long after, and however often, by its first token: there is no reuse", async () => {
    const grant = await startBound(instance);
    await presentBound(instance, grant);
    instance.clock.advance(3 * 86_400 * second);
    expect((await presentBound(instance, grant)).status).toBe(200);
  });

  it("without another round trip, with the nonce of the answer before, for an hour", async () => {
    const grant = await startBound(instance);
    let nonce = nonceOf(await presentBound(instance, grant));
    for (const minutes of [11, 11, 59]) {
      instance.clock.advance(minutes * 60 * second);
      const proof = await grant.prover.prove(`${instance.issuer}/refresh`, instance.clock.now(), { claims: { nonce } });
      const reply = await presentWith(instance, grant, proof);
      expect(reply.status).toBe(200);
      nonce = nonceOf(reply);
    }
  });

  it.each([-86_400, -420, -61, 61, 420, 86_400])(
    "by a client whose clock is %i s off, with a fresh nonce",
    async (off) => {
      const grant = await startBound(instance);
      const claims = { iat: Math.floor(instance.clock.now() / second) + off };
      expect((await presentWith(instance, grant, await proveRefresh(instance, grant.prover, { claims }))).status).toBe(
        200,
      );
    },
  );

  it("though the client may no longer bind new ones", async () => {
    const grant = await startBound(instance, "plain");
    expect((await presentBound(instance, grant)).body).toMatchObject({ token_type: "DPoP", generation: 1 });
    expect((await presentWith(instance, grant, null)).body.reason).toBe("dpop_proof_missing");
  });
});

describe("a bound grant is not harmed", () => {
  it("by its token without a proof, which says what is missing and gives a nonce for it", async () => {
    const grant = await startBound(instance);
    const before = await readGrant(instance, grant.grantId);
    const reply = await presentWith(instance, grant, null);
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({ error: "invalid_dpop_proof", reason: "dpop_proof_missing", retryable: false });
    expect(await readGrant(instance, grant.grantId)).toEqual(before);
    const claims = { nonce: nonceOf(reply) };
    const proof = await grant.prover.prove(`${instance.issuer}/refresh`, instance.clock.now(), { claims });
    expect((await presentWith(instance, grant, proof)).status).toBe(200);
  });

  it("by a thief with a key of their own, however often, and it is on the timeline", async () => {
    const grant = await startBound(instance);
    const thief = await createProver();
    for (let turn = 0; turn < 5; turn += 1) {
      const { status, body } = await presentWith(instance, grant, await proveRefresh(instance, thief));
      expect(status).toBe(400);
      expect(body).toMatchObject({ error: "invalid_dpop_proof", reason: "dpop_key_mismatch", retryable: false });
    }
    const events = await eventsOf(instance, grant.grantId);
    expect(events.map(({ type, data }) => [type, data.verdict, data.reason])).toEqual(
      Array(5).fill(["token.refused", "unbound", "dpop_key_mismatch"]),
    );
    expect((await presentBound(instance, grant)).status).toBe(200);
  });

  it("by another client with a good proof", async () => {
    const grant = await startBound(instance);
    const proof = await proveRefresh(instance, grant.prover);
    const { body } = await presentWith(instance, { ...grant, clientId: "strict" }, proof);
    expect(body).toMatchObject({ error: "invalid_grant", reason: "client_mismatch" });
    expect((await presentBound(instance, grant)).status).toBe(200);
  });
});

describe("an end is told before a fault of the proof", () => {
  it.each<[string, (proof: string) => string | null]>([
    ["a good proof", (proof) => proof],
    ["none", () => null],
    ["one that is broken", (proof) => proof.slice(0, -4)],
  ])("with %s", async (_case, change) => {
    const grant = await startBound(instance);
    await instance.holdfast.sessions.revoke({ id: grant.sessionId }, "signed_out");
    const { status, body } = await presentWith(instance, grant, change(await proveRefresh(instance, grant.prover)));
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: "invalid_grant", reason: "signed_out", retryable: false });
  });
});

describe("a proof is used once", () => {
  it("of twenty at once one is answered, the others may try again at once", async () => {
    const grant = await startBound(instance);
    const proof = await proveRefresh(instance, grant.prover);
    const replies = await Promise.all(Array.from({ length: 20 }, () => presentWith(instance, grant, proof)));
    const good = replies.filter(({ status }) => status === 200);
    const others = replies.filter(({ status }) => status !== 200);
    expect(good).toHaveLength(1);
    for (const { status, body, headers } of others) {
      expect(status).toBe(400);
      expect(body).toMatchObject({ error: "invalid_dpop_proof", reason: "dpop_proof_replayed", retryable: true });
      expect(headers.get("retry-after")).toBe("0");
    }
    expect((await presentBound(instance, grant)).status).toBe(200);
  });

  it("and is worth nothing when it could be forgotten", async () => {
    const grant = await startBound(instance);
    const proof = await proveRefresh(instance, grant.prover);
    expect((await presentWith(instance, grant, proof)).status).toBe(200);
    for (const later of [30, 29, 1, 1, 60, 60]) {
      instance.clock.advance(later * second);
      expect((await presentWith(instance, grant, proof)).status).toBe(400);
    }
  });
});

describe("a grant that began without a key", () => {
  it("goes on to rotate, and is never bound later: a thief could bind it", async () => {
    const grant = await unboundGrant("device");
    const prover = await createProver();
    const { body } = await presentWith(instance, grant, await proveRefresh(instance, prover));
    expect(body).toMatchObject({ token_type: "DPoP", generation: 2 });
    expect(claimsOf(body.access_token).cnf).toEqual({ jkt: prover.jkt });
    const next = await present(instance, body.refresh_token);
    expect(next.body).toMatchObject({ token_type: "Bearer", generation: 3 });
    expect(claimsOf(next.body.access_token)).not.toHaveProperty("cnf");
  });

  it("is refused with a broken proof, unharmed", async () => {
    const grant = await unboundGrant("device");
    expect((await presentWith(instance, grant, "broken")).body.reason).toBe("dpop_proof_invalid");
    expect((await present(instance, grant.refreshToken)).body).toMatchObject({ generation: 2 });
  });

  it("of a client that may not bind gets Bearer tokens", async () => {
    const grant = await unboundGrant("plain");
    const { body } = await presentWith(instance, grant, await proveRefresh(instance, await createProver()));
    expect(body).toMatchObject({ token_type: "Bearer", generation: 2 });
    expect(claimsOf(body.access_token)).not.toHaveProperty("cnf");
  });

  it("of a client that must bind needs a proof from now on, and is not harmed without", async () => {
    const grant = await unboundGrant("bound");
    expect((await presentWith(instance, grant, null)).body).toMatchObject({
      error: "invalid_dpop_proof",
      reason: "dpop_proof_missing",
    });
    const { body } = await presentWith(instance, grant, await proveRefresh(instance, await createProver()));
    expect(body).toMatchObject({ token_type: "DPoP", generation: 2 });
  });
});

it("a confidential client's grant is bound to its secret, and only the access token to the key", async () => {
  const [first, second] = [await createProver(), await createProver()];
  const { refreshToken, answer } = await startSession(instance, { clientId: "service", jkt: first.jkt });
  expect(claimsOf(answer.access_token).cnf).toEqual({ jkt: first.jkt });
  const headers = { Authorization: basic("service", confidentialSecret) };
  const proof = await proveRefresh(instance, second);
  const { body } = await postRefresh(instance, { refresh_token: refreshToken }, { ...headers, DPoP: proof });
  expect(body).toMatchObject({ token_type: "DPoP", generation: 2 });
  expect(claimsOf(body.access_token).cnf).toEqual({ jkt: second.jkt });
  const wrong = await postRefresh(
    instance,
    { refresh_token: body.refresh_token, client_id: "service" },
    { DPoP: await proveRefresh(instance, second) },
  );
  expect(wrong.body).toMatchObject({ error: "invalid_client", reason: "client_authentication_failed" });
});

it("a page may send the proof and read the nonce", async () => {
  const grant = await startBound(instance);
  const origin = { Origin: "http://localhost:5999" };
  const reply = await postRefresh(
    instance,
    { client_id: grant.clientId, refresh_token: grant.refreshToken },
    { ...origin, DPoP: await proveRefresh(instance, grant.prover) },
  );
  expect(reply.status).toBe(200);
  expect(reply.headers.get("access-control-expose-headers")).toContain("DPoP-Nonce");
  expect(nonceOf(reply)).not.toBe("");
});

it("who sends no proof is given no nonce", async () => {
  const { refreshToken } = await unboundGrant("device");
  expect((await present(instance, refreshToken)).headers.get("dpop-nonce")).toBeNull();
});
