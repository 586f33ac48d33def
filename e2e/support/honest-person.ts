import { createHash, randomBytes, randomUUID } from "node:crypto";
import { createHeadlessBrowser } from "../upstream/headless-browser.ts";

const app = "http://localhost:5999/";
const requestMilliseconds = 5_000;

/** What became of one attempt, as far as the person can tell. */
type Attempt = "refreshed" | "refused" | "unknown";

/**
 * Someone with a client that behaves: it saves its attempt's key before each request and the new token after each
 * answer, and tries again with the same key when no answer came.
 */
export interface HonestPerson {
  readonly refreshes: number;
  /** One attempt, or the repetition of the last one when that had no answer. */
  refresh(): Promise<Attempt>;
  /** Whether the sign-out was acknowledged. */
  signOut(): Promise<boolean>;
}

/** Signs someone in at the practice provider. Rejects when the server died before the tokens were there. */
export async function signInHonestPerson(issuer: string, person: string): Promise<HonestPerson> {
  const browser = createHeadlessBrowser();
  const codeVerifier = randomBytes(32).toString("base64url");
  const code = await authorize(issuer, person, browser, codeVerifier);
  const redeemed = await post(`${issuer}/signin/redeem`, { client_id: "honest", code, code_verifier: codeVerifier });
  if (redeemed.status !== 200) throw new Error(`the code was not redeemed: ${redeemed.status}`);
  let { refresh_token: refreshToken } = (await redeemed.json()) as { refresh_token: string };
  let attemptKey: string | null = null;
  let refreshes = 0;

  async function refresh(): Promise<Attempt> {
    attemptKey ??= randomUUID();
    try {
      const body = { client_id: "honest", refresh_token: refreshToken };
      const response = await post(`${issuer}/refresh`, body, { "Idempotency-Key": attemptKey });
      if (response.status >= 500) return "unknown";
      const answer = (await response.json()) as { refresh_token?: string };
      if (response.status !== 200 || !answer.refresh_token) return "refused";
      refreshToken = answer.refresh_token;
    } catch {
      return "unknown";
    }
    attemptKey = null;
    refreshes += 1;
    return "refreshed";
  }

  async function signOut(): Promise<boolean> {
    try {
      const page = await browser.open(`${issuer}/signout`, app);
      return page.url.href.startsWith(app) || page.status === 200;
    } catch {
      return false;
    }
  }

  return {
    refresh,
    signOut,
    get refreshes() {
      return refreshes;
    },
  };
}

async function authorize(
  issuer: string,
  person: string,
  browser: ReturnType<typeof createHeadlessBrowser>,
  codeVerifier: string,
): Promise<string> {
  const parameters = new URLSearchParams({
    client_id: "honest",
    code_challenge: createHash("sha256").update(codeVerifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const chooser = await browser.open(`${issuer}/signin?${parameters}`, app);
  const arrived = await browser.submit(chooser, "", { person }, app);
  const code = arrived.url.searchParams.get("code");
  if (code === null) throw new Error(`no code came back: ${arrived.url}`);
  return code;
}

function post(address: string, body: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
  const signal = AbortSignal.timeout(requestMilliseconds);
  return fetch(address, { method: "POST", body: new URLSearchParams(body), headers, signal });
}
