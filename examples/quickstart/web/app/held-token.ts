/**
 * The last access token that the client had, to be looked at. An app has no use for this: it calls `client.fetch`. Here
 * the token is what the page is about, and it is shown after the session's end, too, as the API refuses it.
 */
import type { AuthClient } from "@holdfast/client";
import { decodeToken } from "./reading/token.ts";
import { createStore, type Store } from "./store.ts";

/** A moment by both clocks of the computer, in milliseconds: one may step, the other may stand still in sleep. */
export interface Moment {
  readonly wall: number;
  readonly monotonic: number;
}

export interface HeldToken {
  readonly jwt: string;
  readonly sid: string;
  readonly generation: number;
  readonly lifetimeMs: number;
  /** When it was issued, as well as that is known here. */
  readonly born: Moment;
}

export function holdTokens(client: Pick<AuthClient, "on" | "getToken">, now: () => Moment): Store<HeldToken | null> {
  const held = createStore<HeldToken | null>(null);
  client.on("token", async ({ sid, generation, from }) => {
    const at = now();
    const jwt = await client.getToken({ onTrouble: "stale-ok", maxWaitMs: 1000 }).catch(() => null);
    const claims = jwt === null ? undefined : decodeToken(jwt)?.claims;
    if (jwt === null || claims === undefined) return;
    const lifetimeMs = (Number(claims.exp) - Number(claims.iat)) * 1000;
    // From another tab it may be minutes old; from the server it is new, whatever this computer's clock says.
    const age = from === "tab" ? clamp(at.wall - Number(claims.iat) * 1000, 0, lifetimeMs) : 0;
    held.set({ jwt, sid, generation, lifetimeMs, born: { wall: at.wall - age, monotonic: at.monotonic - age } });
  });
  return held;
}

/** Milliseconds of its life that are left, by the longer of two clocks; never negative. */
export function remainingMs({ born, lifetimeMs }: Pick<HeldToken, "born" | "lifetimeMs">, now: Moment): number {
  const age = Math.max(now.monotonic - born.monotonic, now.wall - born.wall, 0);
  return Math.max(lifetimeMs - age, 0);
}

/** The client replaces a token at 75 % of its life, give or take 5 %. */
export const dueShare = { from: 0.7, about: 0.75, to: 0.8 } as const;

/** Milliseconds until about then. */
export function untilDueMs(token: Pick<HeldToken, "born" | "lifetimeMs">, now: Moment): number {
  return Math.max(remainingMs(token, now) - (1 - dueShare.about) * token.lifetimeMs, 0);
}

const clamp = (value: number, least: number, most: number) => Math.min(Math.max(value, least), most);
