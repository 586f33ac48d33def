import { formatRefreshToken, type Grant, parseRefreshToken } from "./grant.ts";

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

/** Of what the browser carries, the newest grant's highest generation. */
export function carriedRefreshToken(request: Request, clientId: string): string | null {
  const carried = [...readCookies(request)].filter(([name]) => name.startsWith(refreshPrefix(clientId)));
  const ranked = carried.map(([, value]) => ({ value, token: parseRefreshToken(value) }));
  ranked.sort((one, other) => rank(other.token).localeCompare(rank(one.token)));
  return ranked[0]?.value ?? null;
}

function rank(token: { readonly grantId: string; readonly generation: number } | null): string {
  return token === null ? "" : `${token.grantId} ${String(token.generation).padStart(10, "0")}`;
}

/** Writes the grant's newest token, and clears what the request carried of it and of grants before it. */
export function writeRefreshCookies(request: Request, grant: Grant): string[] {
  const written = refreshName(grant, grant.generation);
  const older = [...readCookies(request).keys()].filter((name) => name.startsWith(refreshPrefix(grant.clientId)));
  return [
    `${written}=${formatRefreshToken(grant, grant.generation)}; ${refreshAttributes}; Max-Age=2592000`,
    ...older.filter((name) => name !== written).map(clearCookie),
  ];
}

/** Clears what the browser may hold of a grant: its last token and the one before. */
export function clearRefreshCookies(grant: Grant): string[] {
  return [grant.generation, grant.generation - 1].map((generation) => clearCookie(refreshName(grant, generation)));
}

/** Clears what a request carried of a grant that is over. */
export function discardRefreshCookies(request: Request, grant: Grant): string[] {
  return [...readCookies(request).keys()].filter((name) => name.endsWith(`.${grant.id}`)).map(clearCookie);
}

const clearCookie = (name: string) => `${name}=; ${refreshAttributes}; Max-Age=0`;
