import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProver, type ProofChange, type Prover } from "../dpop/proof.testing.ts";
import { createOddInstance, type OddInstance } from "../providers/odd-provider.testing.ts";
import { appOrigin, bodyClient, testClient } from "../testing/instance.ts";

let odd: OddInstance;
beforeAll(async () => {
  const clients = [
    testClient,
    bodyClient,
    { ...bodyClient, id: "bound", dpop: "required" as const },
    { ...bodyClient, id: "plain", dpop: "off" as const },
  ];
  odd = await createOddInstance({ clients });
});
afterAll(() => odd.close());

/** Signs in up to the code in the address. */
async function codeFor(clientId: string) {
  const verifier = randomBytes(32).toString("base64url");
  const query = new URLSearchParams({
    client_id: clientId,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const { url } = await odd.instance.browser().open(`${odd.instance.issuer}/signin?${query}`, appOrigin);
  return { client_id: clientId, code: url.searchParams.get("code") ?? "", code_verifier: verifier };
}

interface Answer {
  readonly status: number;
  readonly nonce: string | null;
  readonly body: Record<string, unknown> & { access_token?: string; refresh_token?: string };
}

async function post(path: string, body: Record<string, string>, proof?: string): Promise<Answer> {
  const response = await fetch(odd.instance.issuer + path, {
    method: "POST",
    headers: proof === undefined ? {} : { DPoP: proof },
    body: new URLSearchParams(body),
  });
  const answer = (await response.json()) as Answer["body"];
  return { status: response.status, nonce: response.headers.get("dpop-nonce"), body: answer };
}

const prove = (prover: Prover, path: string, change: ProofChange = {}) =>
  prover.prove(odd.instance.issuer + path, odd.instance.clock.now(), change);

const claimsOf = (jwt = "") => JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString());

describe("a code that is redeemed with a proof", () => {
  it("binds the new grant to its key, and brings the nonce for the first refresh", async () => {
    const prover = await createProver();
    const redeemed = await post("/signin/redeem", await codeFor("device"), await prove(prover, "/signin/redeem"));
    expect(redeemed).toMatchObject({ status: 200, body: { token_type: "DPoP", generation: 1 } });
    expect(claimsOf(redeemed.body.access_token).cnf).toEqual({ jkt: prover.jkt });
    const [grant] = await odd.instance.sql("select binding from grants where id = $1", [
      claimsOf(redeemed.body.access_token).grant_id,
    ]);
    expect(grant).toEqual({ binding: prover.jkt });

    odd.instance.clock.advance(11 * 60_000);
    const proof = await prove(prover, "/refresh", { claims: { nonce: redeemed.nonce } });
    const refreshToken = redeemed.body.refresh_token ?? "";
    const refreshed = await post("/refresh", { client_id: "device", refresh_token: refreshToken }, proof);
    expect(refreshed).toMatchObject({ status: 200, body: { token_type: "DPoP", refresh_token: refreshToken } });
    odd.instance.clock.advance(-11 * 60_000);
  });

  it.each<[string, (prover: Prover) => Promise<string>, string]>([
    ["for another address", (prover) => prove(prover, "/refresh"), "dpop_proof_invalid"],
    ["that is none", async () => "none", "dpop_proof_invalid"],
    [
      "by a clock that is 7 minutes off",
      (prover) =>
        prove(prover, "/signin/redeem", { claims: { iat: Math.floor(odd.instance.clock.now() / 1000) + 420 } }),
      "dpop_nonce_required",
    ],
  ])("%s is refused, and the code stays good", async (_case, broken, reason) => {
    const prover = await createProver();
    const code = await codeFor("device");
    const refused = await post("/signin/redeem", code, await broken(prover));
    expect(refused).toMatchObject({ status: 400, body: { reason } });
    expect(refused.nonce).toMatch(/^[\w-]{28}$/);
    const claims = { nonce: refused.nonce, iat: Math.floor(odd.instance.clock.now() / 1000) + 420 };
    const again = await post("/signin/redeem", code, await prove(prover, "/signin/redeem", { claims }));
    expect(again).toMatchObject({ status: 200, body: { token_type: "DPoP" } });
  });

  it("of which a proof was used before is refused, and stays good", async () => {
    const prover = await createProver();
    const proof = await prove(prover, "/signin/redeem");
    await post("/signin/redeem", await codeFor("device"), proof);
    const code = await codeFor("device");
    expect((await post("/signin/redeem", code, proof)).body.reason).toBe("dpop_proof_replayed");
    expect((await post("/signin/redeem", code, await prove(prover, "/signin/redeem"))).status).toBe(200);
  });
});

describe("without a proof", () => {
  it("a client that may bind its tokens gets Bearer tokens, and no nonce", async () => {
    const { status, body, nonce } = await post("/signin/redeem", await codeFor("device"));
    expect({ status, type: body.token_type, nonce }).toEqual({ status: 200, type: "Bearer", nonce: null });
  });

  it("a client that must bind them is refused, with a nonce, and its code stays good", async () => {
    const code = await codeFor("bound");
    const refused = await post("/signin/redeem", code);
    expect(refused).toMatchObject({ status: 400, body: { error: "invalid_dpop_proof", reason: "dpop_proof_missing" } });
    expect(refused.nonce).toMatch(/^[\w-]{28}$/);
    const proof = await prove(await createProver(), "/signin/redeem");
    expect((await post("/signin/redeem", code, proof)).body.token_type).toBe("DPoP");
  });
});

it("a client that may not bind its tokens gets Bearer tokens whatever it sends", async () => {
  const proof = await prove(await createProver(), "/signin/redeem");
  for (const header of [proof, "none"]) {
    const { status, body } = await post("/signin/redeem", await codeFor("plain"), header);
    expect({ status, type: body.token_type }).toEqual({ status: 200, type: "Bearer" });
    expect(claimsOf(body.access_token)).not.toHaveProperty("cnf");
  }
});
