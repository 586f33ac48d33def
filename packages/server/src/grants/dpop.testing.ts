import { createProver, type ProofChange, type Prover } from "../dpop/proof.testing.ts";
import type { TestInstance } from "../testing/instance.ts";
import { startSession } from "../testing/sign-in.ts";
import { clientNamed, createRefreshInstance, postRefresh, type RefreshReply, testClients } from "./refresh.testing.ts";

/** The refresh tests' clients, and `bound`, which must bind its tokens, and `plain`, which may not. */
export function createDpopInstance(): Promise<TestInstance> {
  const clients = [...testClients, clientNamed("bound", { dpop: "required" }), clientNamed("plain", { dpop: "off" })];
  return createRefreshInstance({ clients });
}

/** A grant, and the key that its client proves. */
export interface BoundGrant {
  readonly prover: Prover;
  readonly refreshToken: string;
  readonly grantId: string;
  readonly sessionId: string;
  readonly clientId: string;
}

/** Starts a grant that is bound to a new key. */
export async function startBound(instance: TestInstance, clientId = "device", alg?: string): Promise<BoundGrant> {
  const prover = await createProver(alg);
  const { refreshToken, grantId, session } = await startSession(instance, { clientId, jkt: prover.jkt });
  return { prover, refreshToken, grantId, sessionId: session.id, clientId };
}

/** A nonce of the instance, as any refusal for want of one brings it. */
export async function askNonce(instance: TestInstance): Promise<string> {
  const prover = await createProver();
  const proof = await prover.prove(`${instance.issuer}/refresh`, instance.clock.now());
  const reply = await postRefresh(instance, { client_id: "device", refresh_token: "none" }, { DPoP: proof });
  return nonceOf(reply);
}

export const nonceOf = ({ headers }: RefreshReply): string => headers.get("dpop-nonce") ?? "";

/** A good proof for a refresh now, with a fresh nonce, unless told otherwise. */
export async function proveRefresh(
  instance: TestInstance,
  prover: Prover,
  { header, claims }: ProofChange = {},
): Promise<string> {
  const nonce = await askNonce(instance);
  const change = { ...(header ? { header } : {}), claims: { nonce, ...claims } };
  return prover.prove(`${instance.issuer}/refresh`, instance.clock.now(), change);
}

/** Presents a grant's token with these proofs in the header; none for no header. */
export function presentWith(
  instance: TestInstance,
  { clientId, refreshToken }: Pick<BoundGrant, "clientId" | "refreshToken">,
  proof: string | null,
): Promise<RefreshReply> {
  const headers: Record<string, string> = proof === null ? {} : { DPoP: proof };
  return postRefresh(instance, { client_id: clientId, refresh_token: refreshToken }, headers);
}

/** Presents it as its client does: with a good proof by its key. */
export async function presentBound(instance: TestInstance, grant: BoundGrant): Promise<RefreshReply> {
  return presentWith(instance, grant, await proveRefresh(instance, grant.prover));
}
