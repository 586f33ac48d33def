/** A cookie of a request. Several may have one name. */
export interface RequestCookie {
  readonly name: string;
  readonly value: string;
}

/** A cookie that an answer sets. */
export interface CookieWrite {
  readonly name: string;
  /** Empty where it is taken away. */
  readonly value: string;
  /** Seconds; 0 takes it away. */
  readonly maxAge: number;
}

/** Reads a `Cookie` header (RFC 6265, section 4.2). */
export function parseCookieHeader(header: string | null): readonly RequestCookie[] {
  return (header ?? "").split(";").flatMap((pair) => {
    const at = pair.indexOf("=");
    return at < 1 ? [] : [{ name: pair.slice(0, at).trim(), value: pair.slice(at + 1).trim() }];
  });
}

/**
 * A `Set-Cookie` header. HttpOnly, for the whole host and no other; Lax, because a person who follows a link to the app
 * is signed in there.
 */
export function formatSetCookie({ name, value, maxAge }: CookieWrite, isSecure: boolean): string {
  return `${name}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`;
}

/** The `Cookie` header that the browser would send after these writes. */
export function applyWrites(header: string | null, writes: readonly CookieWrite[]): string {
  const written = new Set(writes.map(({ name }) => name));
  const kept = parseCookieHeader(header).filter(({ name }) => !written.has(name));
  const added = writes.filter(({ maxAge }) => maxAge > 0);
  return [...kept, ...added].map(({ name, value }) => `${name}=${value}`).join("; ");
}
