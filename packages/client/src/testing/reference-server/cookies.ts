import { formatRefreshToken, type Grant, type PresentedToken, parseRefreshToken } from "./grant.ts";

/** The cookies of a request. */
export function readCookies(request: Request): ReadonlyMap<string, string> {
  const pairs = (request.headers.get("cookie") ?? "").split(";").map((pair) => pair.trim());
  return new Map(pairs.filter((pair) => pair.includes("=")).map((pair) => [nameIn(pair), valueIn(pair)]));
}

const nameIn = (pair: string) => pair.slice(0, pair.indexOf("="));
const valueIn = (pair: string) => pair.slice(pair.indexOf("=") + 1);

const refreshPrefix = (clientId: string) => `__Secure-holdfast_refresh.${clientId}~`;
const refreshAttributes = "Path=/refresh; HttpOnly; Secure; SameSite=Strict";

/** Each generation has a name of its own: a late answer puts nothing older in a newer one's place. */
function refreshName({ id, clientId }: Grant, generation: number): string {
  return `${refreshPrefix(clientId)}${generation}.${id}`;
}

export const sessionCookie = {
  name: "__Host-holdfast_session",
  write: (secret: string) =>
    `__Host-holdfast_session=${secret}; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=31536000`,
  clear: "__Host-holdfast_session=; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=0",
} as const;

/** A refresh token that the browser carries; `token` is null for what is none of ours. */
export interface CarriedToken {
  readonly name: string;
  readonly value: string;
  readonly token: PresentedToken | null;
}

/** Of each grant that the browser carries tokens of, the highest generation; the newest grant first. */
export function carriedRefreshTokens(request: Request, clientId: string): readonly CarriedToken[] {
  const carried = everyCarried(request, clientId);
  const grantOf = ({ token }: CarriedToken) => token?.grantId ?? null;
  return carried.filter((each, index) => carried.findIndex((other) => grantOf(other) === grantOf(each)) === index);
}

function everyCarried(request: Request, clientId: string): readonly CarriedToken[] {
  return [...readCookies(request)]
    .filter(([name]) => name.startsWith(refreshPrefix(clientId)))
    .map(([name, value]) => ({ name, value, token: parseRefreshToken(value) }))
    .sort((one, other) => rank(other.token).localeCompare(rank(one.token)));
}

function rank(token: { readonly grantId: string; readonly generation: number } | null): string {
  return token === null ? "" : `${token.grantId} ${String(token.generation).padStart(10, "0")}`;
}

/** Writes the grant's newest token, and clears what the request carried of it and of grants before it. */
export function writeRefreshCookies(request: Request, grant: Grant): string[] {
  const written = refreshName(grant, grant.generation);
  const newest = rank({ grantId: grant.id, generation: grant.generation });
  const older = everyCarried(request, grant.clientId).filter(({ token }) => token && rank(token) <= newest);
  return [
    `${written}=${formatRefreshToken(grant, grant.generation)}; ${refreshAttributes}; Max-Age=2592000`,
    ...clearNamed(older.map(({ name }) => name).filter((name) => name !== written)),
  ];
}

/** Clears what the browser may hold of grants, the newest first: of each its last token and the one before. */
export function clearRefreshCookies(grants: readonly Grant[]): string[] {
  const held = [...grants].reverse().flatMap((grant) => {
    const generations = [grant.generation, grant.generation - 1].filter((generation) => generation > 0);
    return generations.map((generation) => refreshName(grant, generation));
  });
  return clearNamed(held);
}

/** Clears what a request carried of a grant that is over. */
export function discardRefreshCookies(request: Request, grant: Grant): string[] {
  const carried = [...readCookies(request).keys()].filter((name) => name.endsWith(`.${grant.id}`));
  return clearNamed(carried);
}

// One answer should not grow beyond what proxies take; what is left goes with the next one.
const clearedAtMost = 8;

const clearNamed = (names: readonly string[]) => names.slice(0, clearedAtMost).map(clearCookie);
const clearCookie = (name: string) => `${name}=; ${refreshAttributes}; Max-Age=0`;
