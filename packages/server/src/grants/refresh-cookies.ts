import type { Client } from "../clients/index.ts";
import type { Clock } from "../clock/clock.ts";
import type { KeyRing } from "../crypto/key-ring.ts";
import type { HttpContext } from "../http/context.ts";
import { type Cookie, createCookie, readCookies } from "../http/cookies.ts";
import { parseRefreshToken, type RefreshToken } from "./refresh-token.ts";

/** One of a browser's refresh tokens: of its grant, the highest generation that the request carries. */
export interface CarriedToken {
  readonly refreshToken: string;
  /** Null for what is no refresh token of ours. */
  readonly grantId: string | null;
}

/** A generation that a browser may hold. */
export type HeldGeneration = Pick<RefreshToken, "grantId" | "generation">;

/**
 * The cookies that hold refresh tokens, sent to `/refresh` and nowhere else. Each generation of each grant has a name of
 * its own: answers arrive in any order, and the last must not put an older token in the newer one's place. Which one
 * counts is read from the tokens, whose tags are verified; names say nothing.
 */
export interface RefreshCookies {
  /** What a request carries for a client, a token a grant, the newest grant first. */
  read(context: HttpContext, client: Client): readonly CarriedToken[];
  /** Writes a token, and clears what the request carried of it and of grants before it. */
  write(context: HttpContext, client: Client, refreshToken: string, expiresAt: Date): void;
  /** Clears what the request carried of a grant that has ended. */
  discard(context: HttpContext, client: Client, grantId: string): void;
  /** Clears without having seen: what the browser may hold of these grants, of the newest where they are many. */
  clear(context: HttpContext, client: Client, held: readonly HeldGeneration[]): void;
}

interface Carried extends CarriedToken {
  readonly name: string;
  readonly token: RefreshToken | null;
}

export interface RefreshCookiesDeps {
  readonly isSecure: boolean;
  readonly clock: Clock;
  readonly keyRing: KeyRing;
}

// What a cookie may be called that we write (RFC 9110, section 5.6.2). A browser holds others too, and a neighbour on
// another subdomain can plant them: one that cannot be cleared is not taken either, or it would fail every refresh.
const cookieName = /^[\w!#$%&'*.^`|~+-]+$/;

// One answer should not grow beyond what proxies take as its header; what is left goes with the next one.
const clearedAtMost = 8;

export function createRefreshCookies({ isSecure, clock, keyRing }: RefreshCookiesDeps): RefreshCookies {
  // Same-site, and only to fetch from a page of the app's own site: a navigation never needs it.
  const cookieNamed = (name: string): Cookie => createCookie(name, isSecure, { path: "/refresh", sameSite: "Strict" });
  const nameOf = ({ id }: Client) => `holdfast_refresh.${id}`;
  // No client's id has a tilde.
  const cookieOf = (client: Client, { grantId, generation }: HeldGeneration) =>
    cookieNamed(`${nameOf(client)}~${generation}.${grantId.slice(-12)}`);

  function carriedBy(context: HttpContext, client: Client): Carried[] {
    const { name: former } = cookieNamed(nameOf(client));
    const isOurs = (name: string) => name === former || (name.startsWith(`${former}~`) && cookieName.test(name));
    return readCookies(context)
      .filter(({ name, value }) => value !== "" && isOurs(name))
      .map(({ name, value }) => {
        const token = parseRefreshToken(keyRing, value);
        return { name, refreshToken: value, token, grantId: token?.grantId ?? null };
      })
      .sort((one, other) => compare(other.token, one.token));
  }

  function clearNamed(context: HttpContext, names: readonly string[]): void {
    const plain = isSecure ? "__Secure-".length : 0;
    for (const name of names.slice(0, clearedAtMost)) cookieNamed(name.slice(plain)).clear(context);
  }

  return {
    read(context, client) {
      const carried = carriedBy(context, client);
      return carried.filter(({ grantId }, index) => carried.findIndex((each) => each.grantId === grantId) === index);
    },
    write(context, client, refreshToken, expiresAt) {
      const token = parseRefreshToken(keyRing, refreshToken);
      if (!token) throw new TypeError("only our own refresh tokens are written");
      const seconds = Math.ceil((expiresAt.getTime() - clock.now()) / 1000);
      const written = cookieOf(client, token);
      written.write(context, refreshToken, Math.max(seconds, 1));
      const older = carriedBy(context, client).filter((each) => each.token !== null && compare(each.token, token) <= 0);
      clearNamed(
        context,
        older.map(({ name }) => name).filter((name) => name !== written.name),
      );
    },
    discard(context, client, grantId) {
      const over = carriedBy(context, client).filter((each) => each.grantId === grantId && each.name.includes("~"));
      clearNamed(
        context,
        over.map(({ name }) => name),
      );
    },
    clear(context, client, held) {
      cookieNamed(nameOf(client)).clear(context);
      const newest = [...held].sort((one, other) => compareGenerations(other, one)).slice(0, clearedAtMost);
      for (const each of newest) cookieOf(client, each).clear(context);
    },
  };
}

/** What is no token is least. */
function compare(one: RefreshToken | null, other: RefreshToken | null): number {
  if (one === null || other === null) return Number(one !== null) - Number(other !== null);
  return compareGenerations(one, other);
}

/** Orders by grant, the newer the greater (their ids begin with the time), then by generation. */
function compareGenerations(one: HeldGeneration, other: HeldGeneration): number {
  if (one.grantId !== other.grantId) return one.grantId < other.grantId ? -1 : 1;
  return one.generation - other.generation;
}
