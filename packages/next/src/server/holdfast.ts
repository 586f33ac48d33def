import { headers } from "next/headers.js";
import { createLazyKit } from "../lazy-kit.ts";
import { handleAuthRequest } from "../routes/handler.ts";
import { type Auth, authFrom } from "../session/auth.ts";
import type { HoldfastOptions } from "../settings/options.ts";
import { type AuthHandler, answerWithAuth } from "./with-auth.ts";

/** Holdfast, for one app. */
export interface Holdfast {
  /**
   * Who asks: in server components, server actions and route handlers. Sets no cookie and asks Holdfast nothing; the
   * proxy has done that before.
   */
  auth(): Promise<Auth>;
  /** Wraps a route handler: it is only called with a usable access token; all else is answered for it. */
  withAuth<Context = unknown>(handler: AuthHandler<Context>): (request: Request, context: Context) => Promise<Response>;
  /** For `app/auth/[...holdfast]/route.ts`. */
  readonly handlers: Record<"GET" | "POST", (request: Request) => Promise<Response>>;
}

/**
 * Sets Holdfast up for an app. Nothing is read or checked before the first request, so that a build needs no secret.
 *
 * @example
 * ```ts
 * import { createHoldfast } from "@holdfast/next/server";
 *
 * export const { auth, withAuth, handlers } = createHoldfast();
 * ```
 * @throws TypeError at the first request, that lists everything that is wrong with the options
 */
export function createHoldfast(options: HoldfastOptions = {}): Holdfast {
  const kit = createLazyKit(options);
  const handle = (request: Request) => handleAuthRequest(kit(), request);
  return {
    async auth() {
      // First, since it tells Next.js that the page is for one person: no build may render it.
      const cookieHeader = (await headers()).get("cookie");
      return authFrom(await kit().sessions.look(cookieHeader));
    },
    withAuth(handler) {
      return (request, context) => answerWithAuth(kit(), request, (auth) => handler(request, auth, context));
    },
    handlers: { GET: handle, POST: handle },
  };
}
