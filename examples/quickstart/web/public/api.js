// @ts-check
/** Calling the API, and keeping what was said on the wire so that the page can show it. */

/**
 * @typedef {ReturnType<typeof import("./session.js").createSession>} Session
 *
 * @typedef {{
 *   jwt: string,
 *   url: string,
 *   status: number,
 *   statusText: string,
 *   tookMs: number,
 *   headers: [name: string, value: string][],
 *   body: unknown,
 *   retried: boolean,
 * }} Exchange `retried`: the first try was refused, and this is the second, with a new token
 * @typedef {{ type: "answered", exchange: Exchange } | { type: "unreachable" } | { type: "no_token" }} CallOutcome
 */

const headersOfInterest = ["content-type", "www-authenticate", "retry-after", "x-request-id"];

/** @param {{ api: string, session: Session }} deps */
export function createApiCalls({ api, session }) {
  const url = `${api}/hello`;

  /**
   * With the current token. A refusal is answered with one refresh and one second try: the API's word counts for more
   * than this computer's clock.
   * @returns {Promise<CallOutcome>}
   */
  async function call() {
    const token = await session.usableToken();
    if (!token) return { type: "no_token" };
    const first = await send(token.jwt);
    if (first.type !== "answered" || first.exchange.status !== 401) return first;

    const fresh = await session.usableToken({ notToken: token.jwt });
    if (!fresh) return first;
    const second = await send(fresh.jwt);
    if (second.type === "answered") second.exchange.retried = true;
    return second;
  }

  /**
   * With exactly this token, once: to see what becomes of it.
   * @param {string} jwt
   * @returns {Promise<CallOutcome>}
   */
  async function send(jwt) {
    const startedAt = performance.now();
    try {
      const response = await fetch(url, {
        headers: { Authorization: `Bearer ${jwt}` },
        signal: AbortSignal.timeout(10_000),
      });
      const body = await response.json().catch(() => null);
      const { status, statusText } = response;
      const tookMs = performance.now() - startedAt;
      const exchange = { jwt, url, status, statusText, tookMs, headers: shownHeaders(response), body, retried: false };
      return { type: "answered", exchange };
    } catch {
      return { type: "unreachable" };
    }
  }

  return { call, send };
}

/**
 * @param {Response} response
 * @returns {[string, string][]}
 */
function shownHeaders(response) {
  return headersOfInterest.flatMap((name) => {
    const value = response.headers.get(name);
    return value === null ? [] : [[name, value]];
  });
}
