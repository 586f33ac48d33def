import type { SignInOptions } from "./auth-client.ts";
import { AuthError, configError } from "./auth-error.ts";
import { base64url } from "./base64url.ts";
import type { ReadTokens } from "./classify.ts";
import type { Clock } from "./clock.ts";
import type { Credential } from "./credential.ts";
import type { ClientEnv, TabNavigation } from "./env.ts";
import type { Exchange } from "./exchange.ts";
import { asObject, type JsonStorage } from "./json-storage.ts";
import type { ClientConfig } from "./options.ts";
import type { Session } from "./session.ts";
import type { SessionStore } from "./session-store.ts";
import { takeTurn } from "./tab-lock.ts";

export interface SignInDeps {
  readonly clock: Clock;
  readonly config: ClientConfig;
  readonly credential: Credential;
  readonly env: ClientEnv;
  readonly exchange: Exchange;
  /** This tab's own, which survives the way to the provider and back. */
  readonly own: JsonStorage;
  readonly readTokens: ReadTokens;
  readonly session: Session;
  readonly store: SessionStore;
}

/** What a tab remembers of the sign-in it began. */
interface Start {
  readonly state?: string;
  readonly verifier?: string;
  readonly returnTo: string;
}

export interface SignIn {
  /** @throws AuthError `config_error`, `storage_unavailable` */
  begin(options?: SignInOptions): Promise<void>;
  /** @throws AuthError `callback_failed` */
  finish(url?: string): Promise<boolean>;
  /** Whether a sign-in was begun in this tab and nothing is known of its end; asked once. */
  takeStart(): boolean;
}

const name = ":start";

export function createSignIn(deps: SignInDeps): SignIn {
  const { clock, config, credential, env, exchange, own, session } = deps;

  function page(): TabNavigation {
    if (env.navigation) return env.navigation;
    throw configError("There is no page here.");
  }

  /** What a client that keeps its refresh token itself sends along (RFC 7636). */
  async function challenge(verifier: string, state: string): Promise<Record<string, string>> {
    if (!env.subtle) throw configError("This storage mode needs https.");
    const digest = await env.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
    return { state, code_challenge: base64url(digest), code_challenge_method: "S256" };
  }

  async function begin({ returnTo, provider, account, prompt }: SignInOptions = {}): Promise<void> {
    const { href, assign } = page();
    const target = new URL(returnTo ?? href(), href()).href;
    const start = { state: env.randomId(), verifier: env.randomId() + env.randomId(), returnTo: target };
    const query = new URLSearchParams({
      client_id: config.clientId,
      ...(credential.isCookie ? { return_to: target } : await challenge(start.verifier, start.state)),
      ...(account && { account }),
      ...(prompt && { prompt }),
    });
    if (!own.write(name, start) && !credential.isCookie) {
      throw new AuthError("storage_unavailable", "A sign-in needs sessionStorage.", { kind: "developer" });
    }
    assign(`${config.issuer}/signin${provider ? `/${encodeURIComponent(provider)}` : ""}?${query}`);
  }

  async function redeem(code: string, verifier = ""): Promise<void> {
    const path = "/signin/redeem";
    const sent = clock.now();
    const form = { client_id: config.clientId, code, code_verifier: verifier };
    const ask = async () => exchange(path, { form, headers: await credential.prove?.("POST", config.issuer + path) });
    await credential.prepare?.();
    // Where an answer was lost, a second use of the code ends what the first began: no worse than to give up.
    let answer = await ask().catch(ask);
    if (credential.learn?.(answer.headers) && answer.status === 400) answer = await ask();
    const tokens = deps.readTokens(answer);
    await credential.keep?.(tokens.refresh_token);
    session.enter(tokens, { sent });
  }

  async function finish(url?: string): Promise<boolean> {
    const address = new URL(url ?? page().href(), env.navigation?.href());
    const { searchParams } = address;
    const code = searchParams.get("code");
    if (!code || !searchParams.has("state") || credential.isCookie) return false;
    const release = await takeTurn(env, config.scope + name);
    try {
      const start = own.read(name) as Start | null;
      // None for a second client of this tab, or a page that was loaded again: then the code has done its work.
      if (start || !deps.store.read()) {
        if (asObject(start).state !== searchParams.get("state")) throw new Error("it was not begun in this tab");
        own.write(name, null);
        await redeem(code, start?.verifier);
      }
      searchParams.delete("code");
      searchParams.delete("state");
      const target = new URL(start?.returnTo ?? address);
      env.navigation?.replace((target.origin === address.origin ? target : address).href);
      return true;
    } catch (cause) {
      throw new AuthError("callback_failed", `The sign-in failed: ${cause}`, { kind: "interaction", cause });
    } finally {
      release();
    }
  }

  return {
    begin,
    finish,
    takeStart() {
      const isBegun = own.read(name) !== null;
      own.write(name, null);
      return isBegun;
    },
  };
}
