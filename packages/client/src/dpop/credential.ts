import { configError } from "../auth-error.ts";
import type { Clock } from "../clock.ts";
import { type Credential, noCredential } from "../credential.ts";
import type { ClientEnv, KeyVault, Milliseconds, VaultEntry } from "../env.ts";
import { openKeyVault } from "./browser-vault.ts";
import { createProof } from "./proof.ts";

// An IndexedDB may never answer.
const vaultTimeout: Milliseconds = 3000;

/** A refresh token in the vault, with proofs by the key beside it. Where the vault fails, both live as long as the tab. */
export function createDpopCredential(
  env: ClientEnv,
  clock: Clock,
  { name, onFailure }: { readonly name: string; readonly onFailure: (cause: unknown) => void },
): Credential {
  const vault = env.vault === undefined ? browserVault() : env.vault;
  let entry: VaultEntry | null = null;
  let nonce: string | undefined;

  function within<T>(work: Promise<T> | undefined): Promise<T | undefined> {
    return new Promise((resolve) => {
      const timer = env.setTimer(() => resolve(undefined), vaultTimeout);
      Promise.resolve(work)
        .catch((cause: unknown) => {
          onFailure(cause);
          return undefined;
        })
        .then((value) => {
          env.clearTimer(timer);
          resolve(value);
        });
    });
  }

  async function read(): Promise<VaultEntry> {
    entry = (await within(vault?.read(name))) ?? entry;
    if (!entry) throw noCredential();
    return entry;
  }

  function subtle(): SubtleCrypto {
    if (!env.subtle) throw configError("This storage mode needs https.");
    return env.subtle;
  }

  return {
    load: async () => (await read()).value,
    loaded: () => entry?.value,
    async keep(refreshToken) {
      if (!entry || !refreshToken || entry.value === refreshToken) return;
      entry = { ...entry, value: refreshToken };
      await within(vault?.write(name, entry));
    },
    drop() {
      entry = null;
      void within(vault?.remove(name));
    },
    async prepare() {
      const algorithm = { name: "ECDSA", namedCurve: "P-256" };
      entry = { keys: await subtle().generateKey(algorithm, false, ["sign", "verify"]), value: "" };
    },
    async prove(method, url, accessToken) {
      const { keys } = entry ?? (await read());
      const now = clock.serverNow() ?? env.wallNow();
      return { DPoP: await createProof(subtle(), { keys, jti: env.randomId(), method, url, now, nonce, accessToken }) };
    },
    learn(headers) {
      const given = headers.get("dpop-nonce") ?? nonce;
      const isNew = given !== nonce;
      nonce = given;
      return isNew;
    },
  };
}

function browserVault(): KeyVault | null {
  return typeof indexedDB === "undefined" ? null : openKeyVault(indexedDB);
}
