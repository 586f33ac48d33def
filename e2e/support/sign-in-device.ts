import { createHash, randomBytes } from "node:crypto";
import type { AdoptedTokens } from "@holdfast/client/service";
import { createHeadlessBrowser } from "../upstream/headless-browser.ts";

const app = "http://localhost:5999/";

/** Signs somebody in at the practice provider, and redeems the code that comes back, as a client with a browser near. */
export async function signInDevice(issuer: string, clientId: string): Promise<AdoptedTokens> {
  const browser = createHeadlessBrowser();
  const codeVerifier = randomBytes(32).toString("base64url");
  const parameters = new URLSearchParams({
    client_id: clientId,
    code_challenge: createHash("sha256").update(codeVerifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const chooser = await browser.open(`${issuer}/signin?${parameters}`, app);
  const arrived = await browser.submit(chooser, "", { person: "ada-lovelace" }, app);
  const code = arrived.url.searchParams.get("code");
  if (code === null) throw new Error(`no code came back: ${arrived.url}`);
  const redeemed = await fetch(`${issuer}/signin/redeem`, {
    method: "POST",
    body: new URLSearchParams({ client_id: clientId, code, code_verifier: codeVerifier }),
  });
  if (redeemed.status !== 200) throw new Error(`the code was not redeemed: ${redeemed.status}`);
  return (await redeemed.json()) as AdoptedTokens;
}
