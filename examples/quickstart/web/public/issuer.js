// @ts-check
/** The requests this app makes to Holdfast. The cookies that prove the session are the browser's: no script sees them. */
import { classifyRefresh } from "./refresh-answer.js";

/** @typedef {import("./refresh-answer.js").RefreshOutcome} RefreshOutcome */

/**
 * Who is signed in, in this browser.
 * @typedef {{
 *   user: { id: string, name: string | null, email: string | null },
 *   accounts: { id: string, name: string, role: string }[],
 *   provider: string,
 *   started_at: string,
 *   expires_at: string,
 * }} Person
 */

const TIMEOUT_MS = 10_000;

/** @param {{ issuer: string, clientId: string }} settings */
export function createIssuer({ issuer, clientId }) {
  /**
   * @param {string} path
   * @param {RequestInit} init
   */
  function ask(path, init) {
    return fetch(issuer + path, { credentials: "include", signal: AbortSignal.timeout(TIMEOUT_MS), ...init });
  }

  const form = () => new URLSearchParams({ client_id: clientId });

  return {
    /** @param {string} returnTo */
    signInUrl(returnTo) {
      return `${issuer}/signin?${new URLSearchParams({ client_id: clientId, return_to: returnTo })}`;
    },

    /** @param {string} code */
    errorUrl(code) {
      return `${issuer}/errors/${encodeURIComponent(code)}`;
    },

    /**
     * Never throws: trouble is an outcome like the others.
     * @param {string} attemptKey the same for every try of one refresh, so that the server can answer a try whose
     *   response got lost with the same successor
     * @returns {Promise<RefreshOutcome>}
     */
    async refresh(attemptKey) {
      try {
        const response = await ask("/refresh", {
          method: "POST",
          headers: { "Idempotency-Key": attemptKey },
          body: form(),
        });
        const body = await response.json().catch(() => undefined);
        return classifyRefresh({ status: response.status, retryAfter: response.headers.get("Retry-After"), body });
      } catch (error) {
        const timedOut = error instanceof DOMException && error.name === "TimeoutError";
        return { kind: "trouble", code: timedOut ? "request_timeout" : "network_error" };
      }
    },

    /**
     * @returns {Promise<Person | null>} null when it cannot be had just now; that says nothing about the session
     */
    async person() {
      try {
        const response = await ask("/session", { headers: { Accept: "application/json" } });
        return response.ok ? await response.json() : null;
      } catch {
        return null;
      }
    },

    /** @returns {Promise<boolean>} whether the server has confirmed that the session is over */
    async signOut() {
      try {
        const response = await ask("/signout", {
          method: "POST",
          headers: { Accept: "application/json" },
          body: form(),
          // Outlives the page, should it be closed this very moment.
          keepalive: true,
        });
        const body = await response.json();
        return body.signed_out === true;
      } catch {
        return false;
      }
    },
  };
}
