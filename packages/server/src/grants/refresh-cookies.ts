import type { Client } from "../clients/index.ts";
import type { Clock } from "../clock/clock.ts";
import type { HttpContext } from "../http/context.ts";
import { type Cookie, createCookie } from "../http/cookies.ts";

/** The cookies that hold refresh tokens: one a client, sent to `/refresh` and nowhere else. */
export interface RefreshCookies {
  read(context: HttpContext, client: Client): string | undefined;
  write(context: HttpContext, client: Client, refreshToken: string, expiresAt: Date): void;
  clear(context: HttpContext, client: Client): void;
}

export function createRefreshCookies({
  isSecure,
  clock,
}: {
  readonly isSecure: boolean;
  readonly clock: Clock;
}): RefreshCookies {
  // Same-site, and only to fetch from a page of the app's own site: a navigation never needs it.
  const cookieOf = (client: Client): Cookie =>
    createCookie(`holdfast_refresh.${client.id}`, isSecure, { path: "/refresh", sameSite: "Strict" });

  return {
    read: (context, client) => cookieOf(client).read(context),
    write(context, client, refreshToken, expiresAt) {
      const seconds = Math.ceil((expiresAt.getTime() - clock.now()) / 1000);
      cookieOf(client).write(context, refreshToken, Math.max(seconds, 1));
    },
    clear: (context, client) => cookieOf(client).clear(context),
  };
}
