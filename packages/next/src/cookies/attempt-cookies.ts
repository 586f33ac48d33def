import { toBase64url } from "../sealing/base64url.ts";
import type { Sealer } from "../sealing/sealer.ts";
import { type CookieWrite, parseCookieHeader } from "./cookie-header.ts";

/** A sign-in under way: what its return must fit. */
export interface Attempt {
  readonly state: string;
  /** RFC 7636, section 4.1. */
  readonly codeVerifier: string;
  /** A path of the app. */
  readonly returnTo: string;
}

/** Ties a sign-in to the browser it was begun in. Each has a cookie of its own, so that several tabs can sign in. */
export interface AttemptCookies {
  begin(cookieHeader: string | null, attempt: Attempt): Promise<readonly CookieWrite[]>;
  /** The attempt that a state belongs to; null unless this browser began it, within its time. */
  find(cookieHeader: string | null, state: string): Promise<Attempt | null>;
  finish(state: string): Promise<CookieWrite>;
}

/** As long as Holdfast gives a sign-in. */
const lifetimeSeconds = 600;
/** Sign-ins that were begun and left; more of them would only fill the request's headers. */
const keptAtMost = 4;

export function createAttemptCookies(deps: {
  readonly sealer: Sealer;
  readonly clientId: string;
  readonly isSecure: boolean;
  readonly clock: { now(): number };
}): AttemptCookies {
  const { sealer, clock } = deps;
  const prefix = `${deps.isSecure ? "__Host-" : ""}holdfast_next_signin.${deps.clientId}~`;
  const purposeOf = (state: string) => `attempt:${deps.clientId}:${state}`;

  /** The state itself stays out of sight of whoever lists cookies. */
  async function nameOf(state: string): Promise<string> {
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(state));
    return prefix + toBase64url(new Uint8Array(digest).subarray(0, 9));
  }

  return {
    async begin(cookieHeader, { state, ...attempt }) {
      const until = clock.now() + lifetimeSeconds * 1000;
      const value = await sealer.seal(purposeOf(state), JSON.stringify({ ...attempt, until }));
      const others = parseCookieHeader(cookieHeader).filter(({ name }) => name.startsWith(prefix));
      const left = others.slice(0, Math.max(others.length + 1 - keptAtMost, 0));
      return [
        { name: await nameOf(state), value, maxAge: lifetimeSeconds },
        ...left.map(({ name }) => ({ name, value: "", maxAge: 0 })),
      ];
    },
    async find(cookieHeader, state) {
      const name = await nameOf(state);
      const cookie = parseCookieHeader(cookieHeader).find((each) => each.name === name);
      const text = cookie ? await sealer.open(purposeOf(state), cookie.value) : null;
      if (text === null) return null;
      const { codeVerifier, returnTo, until } = JSON.parse(text) as Omit<Attempt, "state"> & { until: number };
      return until > clock.now() ? { state, codeVerifier, returnTo } : null;
    },
    async finish(state) {
      return { name: await nameOf(state), value: "", maxAge: 0 };
    },
  };
}
