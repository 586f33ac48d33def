import type { Client, Clients } from "../clients/index.ts";
import type { Clock } from "../clock/clock.ts";
import { isSameSecret, randomSecret, sha256 } from "../crypto/digest.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import { AppError } from "../http/app-error.ts";
import type { SigninProof } from "../providers/index.ts";
import type { Database } from "../storage/database.ts";
import type { SigninRequest } from "./signin-request.ts";
import { type Attempt, findAttempt, insertAttempt, setAttemptSession, takeAttempt } from "./store.ts";

const purpose = "signin-code-verifier";

export interface AttemptsDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly keyRing: KeyRing;
  readonly clients: Clients;
  /** Seconds. */
  readonly lifetime: number;
}

/** A person's return from a provider, matched to their departure. */
export interface ReturnedAttempt {
  readonly provider: string;
  readonly proof: SigninProof;
  readonly request: SigninRequest;
  /** The session that came of this very return, when it is a repetition. */
  readonly repeatedSessionId: string | null;
  /** Whether someone has already used it. */
  readonly isTaken: boolean;
  readonly isExpired: boolean;
  /** Takes it for its one completion. @throws AppError `signin_state_unknown` when another request was first */
  take(): Promise<void>;
  noteSession(sessionId: string): Promise<void>;
}

/** Sign-ins under way: what ties a return to its departure and to the browser (OpenID Connect Core, section 3.1.2.1). */
export interface Attempts {
  begin(provider: string, request: SigninRequest, browser: string): Promise<SigninProof>;
  /**
   * Finds what a returning person had begun.
   *
   * @throws AppError `signin_state_unknown`, `signin_browser_mismatch`, `client_unknown`
   */
  find(state: string | undefined, browser: string | undefined): Promise<ReturnedAttempt>;
}

export function createAttempts({ database, clock, keyRing, clients, lifetime }: AttemptsDeps): Attempts {
  function proofOf(state: string, { nonce, sealedCodeVerifier }: Attempt): SigninProof {
    const codeVerifier = keyRing.open(sealedCodeVerifier, purpose);
    if (!codeVerifier) throw new AppError("signin_state_unknown");
    return { state, nonce, codeVerifier: codeVerifier.toString("utf8") };
  }

  return {
    async begin(provider, request, browser) {
      const now = clock.now();
      const proof = { state: randomSecret(), nonce: randomSecret(), codeVerifier: randomSecret() };
      await insertAttempt(database.queries, {
        stateHash: sha256(proof.state),
        browserHash: sha256(browser),
        provider,
        clientId: request.client.id,
        nonce: proof.nonce,
        sealedCodeVerifier: keyRing.seal(Buffer.from(proof.codeVerifier), purpose),
        returnTo: request.returnTo,
        accountId: request.accountId,
        clientState: request.clientState,
        codeChallenge: request.codeChallenge,
        createdAt: new Date(now),
        expiresAt: new Date(now + lifetime * 1000),
      });
      return proof;
    },
    async find(state, browser) {
      if (state === undefined) throw new AppError("signin_state_unknown");
      const attempt = await findAttempt(database.queries, sha256(state));
      if (!attempt) throw new AppError("signin_state_unknown");
      // Not even its own client learns of an attempt from another browser: someone planted the link.
      if (browser === undefined || !isSameSecret(sha256(browser), attempt.browserHash)) {
        throw new AppError("signin_browser_mismatch");
      }
      const { stateHash } = attempt;
      return {
        provider: attempt.provider,
        proof: proofOf(state, attempt),
        request: toRequest(attempt, clients.choose(attempt.clientId)),
        repeatedSessionId: attempt.sessionId,
        isTaken: attempt.completedAt !== null,
        isExpired: attempt.expiresAt.getTime() <= clock.now(),
        async take() {
          const isFirst = await takeAttempt(database.queries, stateHash, new Date(clock.now()));
          if (!isFirst) throw new AppError("signin_state_unknown");
        },
        noteSession: (sessionId) => setAttemptSession(database.queries, stateHash, sessionId),
      };
    },
  };
}

function toRequest(attempt: Attempt, client: Client): SigninRequest {
  const { returnTo, accountId, clientState, codeChallenge } = attempt;
  return { client, returnTo, accountId, clientState, codeChallenge, prompt: null };
}
