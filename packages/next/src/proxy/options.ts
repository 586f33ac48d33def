import type { NextRequest } from "next/server.js";
import type { Auth } from "../session/auth.ts";
import type { HoldfastOptions } from "../settings/options.ts";
import type { PathPattern } from "./paths.ts";

export interface ProxyOptions extends HoldfastOptions {
  /**
   * Where somebody must be signed in: paths (`/dashboard`, `/dashboard/*`), or a function. Default: nowhere. It spares
   * a page from being rendered for nobody; what a page or a handler shows, it still asks `auth()` or `withAuth` about.
   */
  readonly protect?: readonly PathPattern[] | ((request: NextRequest) => boolean);
  /** What is asked by programs: they get 401 and 503 instead of pages. Default: `["/api/*"]`. */
  readonly api?: readonly PathPattern[];
  /**
   * The app's own proxy, behind this one. The request holds the cookies as they now are: pass it on, as in
   * `NextResponse.next({ request })`. Default: just that.
   */
  readonly handle?: (request: NextRequest, auth: Auth) => Response | Promise<Response>;
}
